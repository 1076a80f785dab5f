import { HongbaoError } from 'hongbao-client';
import { service, setTokens } from './api/service';
import { tab } from './storage';
import { Value } from './value';

/** A user as people see him. */
export interface Person {
  uid: string;
  name: string;
  avatar: string;
}

/** Who uses this tab: a demo user picked here, or the user of a host application's token. */
export interface Session extends Person {
  token: string;
  from: 'demo' | 'host';

  /** When it began; the same while its token is renewed and when the server has told whose it is. */
  began: number;
}

export const session = new Value<Session | undefined>(undefined);

/** Set when a session ended by itself, so that the picker can say why it is shown. */
export const sessionEnded = new Value<boolean>(false);

/** To which session a token belongs, by when it began: a request of one person is never repeated as another. */
const beganWith = new Map<string, number>();

function keep(next: Session | undefined): void {
  if (next) beganWith.set(next.token, next.began);
  if (next) tab.set('session', next);
  else tab.remove('session');
  session.set(next);
}

export function openSession(): void {
  const kept = tab.get('session') as Session | undefined;
  if (kept && typeof kept.token === 'string' && typeof kept.uid === 'string') keep(kept);
  takeTokenFromHash();
  window.addEventListener('hashchange', takeTokenFromHash);
  setTokens((refused) => (refused === undefined ? session.current?.token : renewed(refused)));
}

/** A host application opens the page as `/#token=...` (and optionally `&to=/p/123`): the token leaves the address at once. */
function takeTokenFromHash(): void {
  if (!location.hash.startsWith('#token=')) return;
  const given = new URLSearchParams(location.hash.slice(1));
  const token = given.get('token') ?? '';
  history.replaceState(null, '', `${location.pathname}#${given.get('to') ?? '/feed'}`);
  keep({ uid: '', name: '', avatar: '', token, from: 'host', began: Date.now() });
  sessionEnded.set(false);
}

/** A host's token says nothing that this page reads: the server tells whose it is. */
export async function completeHostSession(): Promise<void> {
  const current = session.current;
  if (!current || current.uid !== '') return;
  const { uid, name, avatar } = await service.getMe();
  if (session.current === current) keep({ ...current, uid, name, avatar });
}

export async function pickDemoUser(person: Person): Promise<void> {
  const { token } = await service.issueDevToken({ uid: person.uid });
  sessionEnded.set(false);
  keep({ uid: person.uid, name: person.name, avatar: person.avatar, token, from: 'demo', began: Date.now() });
}

export function leaveSession(): void {
  sessionEnded.set(false);
  keep(undefined);
}

let renewing: { began: number; done: Promise<void> } | undefined;

/** A newer token of the session that a refused one belongs to; none when that session is over or another one has begun. Requests that were refused together share one. */
async function renewed(refused: string): Promise<string | undefined> {
  const began = beganWith.get(refused);
  const current = sessionOf(began);
  if (current?.token === refused) {
    if (renewing?.began !== current.began) {
      const mine = { began: current.began, done: fetchNewToken(current).finally(() => {
        if (renewing === mine) renewing = undefined;
      }) };
      renewing = mine;
    }
    await renewing.done;
  }
  return sessionOf(began)?.token;
}

/** The session, while it is still the one that began then. */
function sessionOf(began: number | undefined): Session | undefined {
  return session.current !== undefined && session.current.began === began ? session.current : undefined;
}

async function fetchNewToken(old: Session): Promise<void> {
  if (old.from === 'demo') {
    try {
      const { token } = await service.issueDevToken({ uid: old.uid });
      const current = sessionOf(old.began);
      if (current) keep({ ...current, token });
      return;
    } catch (error) {
      // Not reaching the server says nothing about the user.
      if (error instanceof HongbaoError && !error.refused) throw error;
    }
  }
  if (sessionOf(old.began)) {
    keep(undefined);
    sessionEnded.set(true);
  }
}
