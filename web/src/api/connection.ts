import { Value } from '../value';

/** Whether the service can be reached, as far as the last request and the browser know. */
export const online = new Value<boolean>(typeof navigator === 'undefined' || navigator.onLine !== false);

const firstRestMs = 1000;
const longestRestMs = 15_000;

/**
 * Keeps `online` true to the world. The probe asks the service for something small; its answer sets `online`. While nothing is reached it is asked
 * again and again, at growing rests: the browser tells of a network only once, and an answer may fail even then.
 */
export function watchConnection(probe: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restMs = firstRestMs;
  const look = async () => {
    clearTimeout(timer);
    timer = undefined;
    await probe();
    plan();
  };
  const plan = () => {
    if (online.current) {
      restMs = firstRestMs;
    } else if (timer === undefined) {
      timer = setTimeout(look, restMs);
      restMs = Math.min(restMs * 2, longestRestMs);
    }
  };
  online.subscribe(plan);
  window.addEventListener('offline', () => online.set(false));
  // The browser only knows about the network, not about the service: ask before believing it, and soon again.
  window.addEventListener('online', () => {
    restMs = firstRestMs;
    return look();
  });
  plan();
}
