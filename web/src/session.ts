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

function keep(next: Session | undefined): void {
  if (next) tab.set('session', next);
  else tab.remove('session');
  session.set(next);
}

export function openSession(): void {
  const kept = tab.get('session') as Session | undefined;
  if (kept && typeof kept.token === 'string' && typeof kept.uid === 'string') session.set(kept);
  takeTokenFromHash();
  window.addEventListener('hashchange', takeTokenFromHash);
  setTokens(async (refused) => (refused === undefined || (await renew(refused)) ? session.current?.token : undefined));
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

let renewing: Promise<boolean> | undefined;

/** Requests that were refused together share one new token. */
async function renew(refusedToken: string | undefined): Promise<boolean> {
  const current = session.current;
  if (current && current.token !== refusedToken) return true;
  renewing ??= fetchNewToken(current).finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function fetchNewToken(current: Session | undefined): Promise<boolean> {
  if (current?.from === 'demo') {
    try {
      const { token } = await service.issueDevToken({ uid: current.uid });
      if (session.current === current) keep({ ...current, token });
      return true;
    } catch (error) {
      // Not reaching the server says nothing about the user.
      if (error instanceof HongbaoError && !error.refused) throw error;
    }
  }
  if (current) {
    keep(undefined);
    sessionEnded.set(true);
  }
  return false;
}
