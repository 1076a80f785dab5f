import { Value } from '../value';

/** Whether the service can be reached, as far as the last request and the browser know. */
export const online = new Value<boolean>(typeof navigator === 'undefined' || navigator.onLine !== false);

export function watchConnection(probe: () => void): void {
  window.addEventListener('offline', () => online.set(false));
  // The browser only knows about the network, not about the service: ask before believing it.
  window.addEventListener('online', probe);
}
