import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { service } from '../src/api/service';
import { completeHostSession, leaveSession, openSession, pickDemoUser, session, sessionEnded } from '../src/session';

/** The service by the tokens that it is sent; a refused one is answered with 401, and when it is, something may happen. */
const refused = new Set<string>();
let seen: string[] = [];
let onRefusal: (token: string) => void = () => undefined;
let issue: (uid: string) => Promise<string | undefined> = async (uid) => `demo-${uid}`;
let clock = 1000;

const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status });

vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
  const path = new URL(address).pathname;
  if (path === '/api/v1/dev/token') {
    const token = await issue((JSON.parse(String(init.body)) as { uid: string }).uid);
    return token === undefined ? answer(404, { code: 'NOT_FOUND' }) : answer(200, { token });
  }
  const token = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? 'none';
  seen.push(token);
  if (!refused.has(token)) return answer(200, { uid: '1', name: token, avatar: '', app: 'default' });
  onRefusal(token);
  return answer(401, { code: 'UNAUTHENTICATED' });
});
const page = Object.assign(new EventTarget(), {});
const address = { origin: 'http://page.test', hash: '', pathname: '/' };
vi.stubGlobal('window', page);
vi.stubGlobal('location', address);
vi.stubGlobal('history', { replaceState: () => undefined });
openSession();

/** The host application opens the page with a user's token. */
function openByHost(token: string): void {
  address.hash = `#token=${token}`;
  page.dispatchEvent(new Event('hashchange'));
}

beforeEach(() => {
  vi.spyOn(Date, 'now').mockImplementation(() => (clock += 1));
});
afterEach(() => {
  vi.restoreAllMocks();
  refused.clear();
  seen = [];
  onRefusal = () => undefined;
  issue = async (uid) => `demo-${uid}`;
  leaveSession();
});

describe('a request whose token is over', () => {
  it('is sent again with the newer token of the same user', async () => {
    await pickDemoUser({ uid: '1001', name: 'Lin', avatar: '' });
    refused.add('demo-1001');
    issue = async () => 'newer';
    expect((await service.getMe()).name).toBe('newer');
    expect(session.current).toMatchObject({ uid: '1001', token: 'newer' });
    expect(sessionEnded.current).toBe(false);
  });

  it('shares its newer token with those that were refused together', async () => {
    await pickDemoUser({ uid: '1001', name: 'Lin', avatar: '' });
    refused.add('demo-1001');
    let issued = 0;
    issue = async () => `newer-${(issued += 1)}`;
    await Promise.all([service.getMe(), service.getMe(), service.getMe()]);
    expect(issued).toBe(1);
  });

  it('is not sent again as somebody who came meanwhile', async () => {
    openByHost('A');
    refused.add('A');
    onRefusal = () => openByHost('B');
    await expect(service.getMe()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(seen).toEqual(['A']);
    expect(session.current?.token).toBe('B');
    await service.getMe();
    expect(seen).toEqual(['A', 'B']);
  });

  it('is not sent again as somebody who came while the newer token was fetched, and does not end his session', async () => {
    for (const newer of ['newer', undefined]) {
      issue = async (uid) => `demo-${uid}`;
      await pickDemoUser({ uid: '1001', name: 'Lin', avatar: '' });
      refused.add('demo-1001');
      issue = async () => {
        openByHost('B');
        return newer;
      };
      await expect(service.getMe()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(session.current?.token).toBe('B');
      expect(sessionEnded.current).toBe(false);
      expect(seen).not.toContain('B');
    }
  });

  it('does not wait for the token of somebody else', async () => {
    await pickDemoUser({ uid: '1001', name: 'Lin', avatar: '' });
    refused.add('demo-1001');
    let give: (token: string) => void = () => undefined;
    issue = () => new Promise((resolve) => (give = resolve));
    const first = service.getMe().catch((error: unknown) => error);
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    issue = async (uid) => `demo-${uid}`;
    await pickDemoUser({ uid: '1002', name: 'Wu', avatar: '' });
    refused.add('demo-1002');
    issue = async () => 'newer-1002';
    expect((await service.getMe()).name).toBe('newer-1002');
    give('newer-1001');
    expect(await first).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(session.current?.token).toBe('newer-1002');
  });

  it('ends the session of a host, whose tokens only the host can renew', async () => {
    openByHost('A');
    await completeHostSession();
    refused.add('A');
    await expect(service.getMe()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(session.current).toBeUndefined();
    expect(sessionEnded.current).toBe(true);
  });
});
