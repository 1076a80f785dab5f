import { Value } from './value';

export type MePart = 'received' | 'sent' | 'wallet' | 'subsidies';

export type Route =
  | { page: 'feed' }
  | { page: 'rain'; campaignId: string }
  | { page: 'camera'; sending: boolean; withSubsidy?: true }
  | { page: 'publish'; packetNo: string }
  | { page: 'packet'; packetNo: string }
  | { page: 'me'; part: MePart }
  | { page: 'withdraw' }
  | { page: 'withdrawal'; withdrawalNo: string };

const meParts: readonly string[] = ['received', 'sent', 'wallet', 'subsidies'] satisfies MePart[];

export function parseRoute(hash: string): Route {
  const [, page = '', rest = ''] = hash.replace(/^#/, '').split('/');
  const number = /^\d{1,19}$/.test(rest) ? rest : undefined;
  if (page === 'camera') return { page: 'camera', sending: false };
  if (page === 'send') return rest === 'subsidy' ? { page: 'camera', sending: true, withSubsidy: true } : { page: 'camera', sending: true };
  if (page === 'rain' && number) return { page: 'rain', campaignId: number };
  if (page === 'p' && number) return { page: 'packet', packetNo: number };
  if ((page === 'publish' || page === 'pay') && number) return { page: 'publish', packetNo: number };
  if (page === 'withdraw') return { page: 'withdraw' };
  if (page === 'withdrawal' && number) return { page: 'withdrawal', withdrawalNo: number };
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
