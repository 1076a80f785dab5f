import { Value } from './value';

export type MePart = 'received' | 'sent' | 'wallet';

export type Route =
  | { page: 'feed' }
  | { page: 'camera'; sending: boolean }
  | { page: 'publish'; packetNo: string }
  | { page: 'packet'; packetNo: string }
  | { page: 'me'; part: MePart };

const meParts: readonly string[] = ['received', 'sent', 'wallet'] satisfies MePart[];

export function parseRoute(hash: string): Route {
  const [, page = '', rest = ''] = hash.replace(/^#/, '').split('/');
  const packetNo = /^\d{1,19}$/.test(rest) ? rest : undefined;
  if (page === 'camera') return { page: 'camera', sending: false };
  if (page === 'send') return { page: 'camera', sending: true };
  if (page === 'p' && packetNo) return { page: 'packet', packetNo };
  if ((page === 'publish' || page === 'pay') && packetNo) return { page: 'publish', packetNo };
  if (page === 'me') return { page: 'me', part: meParts.includes(rest) ? (rest as MePart) : 'received' };
  return { page: 'feed' };
}

export const route = new Value<Route>({ page: 'feed' });

export function openRoutes(): void {
  const read = () => route.set(parseRoute(location.hash));
  window.addEventListener('hashchange', read);
  read();
}

/** Entries that this page pushed are marked, so that "close" can go back without ever leaving the page. */
export function go(path: string): void {
  history.pushState({ inside: true }, '', `#${path}`);
  route.set(parseRoute(location.hash));
}

export function replace(path: string): void {
  history.replaceState(null, '', `#${path}`);
  route.set(parseRoute(location.hash));
}

/** Closes what lies above a page: back when it was opened from inside, else to the page given. */
export function close(path: string): void {
  const opened = history.state as { inside?: boolean } | null;
  if (opened?.inside) history.back();
  else replace(path);
}
