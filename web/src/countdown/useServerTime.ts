import { useEffect, useState } from 'preact/hooks';
import { serverClock } from './serverClock';

/** The service's time, told again with every second that is left until a moment, and at that moment. */
export function useServerTime(until: number | undefined): number {
  const [now, setNow] = useState(() => serverClock.now());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const at = serverClock.now();
      setNow(at);
      const rest = until === undefined || until <= at ? 1000 : (until - at) % 1000 || 1000;
      // A little after, for timers may come a little early.
      timer = setTimeout(tick, rest + 2);
    };
    tick();
    return () => clearTimeout(timer);
  }, [until]);
  return now;
}

/** How long it is until a moment by the service's time, told again with every second that is left; 0 from then on, and without a moment. */
export function useLeftMs(until: number | undefined): number {
  const [, tick] = useState(0);
  // At every render: the service's time may have been heard since.
  const leftMs = until === undefined ? 0 : Math.max(0, until - serverClock.now());
  const waits = leftMs > 0;
  useEffect(() => {
    if (!waits || until === undefined) return;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      const left = until - serverClock.now();
      // A little after, for timers may come a little early.
      timer = setTimeout(told, (left % 1000 || 1000) + 2);
    };
    const told = () => {
      tick((times) => times + 1);
      wait();
    };
    wait();
    return () => clearTimeout(timer);
  }, [until, waits]);
  return leftMs;
}
