import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const distance = 90;

/** Pulling a list down at its top refreshes it. Gives how far it is pulled: 1 is far enough. */
export function usePullToRefresh(list: RefObject<HTMLElement | null>, refresh: () => void): number {
  const [pulled, setPulled] = useState(0);
  const action = useRef(refresh);
  action.current = refresh;

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    let from: number | undefined;
    let far = 0;
    const start = (event: TouchEvent) => {
      from = element.scrollTop <= 0 ? event.touches[0]?.clientY : undefined;
      far = 0;
    };
    const move = (event: TouchEvent) => {
      if (from === undefined) return;
      far = Math.max(0, ((event.touches[0]?.clientY ?? from) - from) / distance);
      setPulled(far);
    };
    const end = () => {
      if (far >= 1) action.current();
      from = undefined;
      far = 0;
      setPulled(0);
    };
    element.addEventListener('touchstart', start, { passive: true });
    element.addEventListener('touchmove', move, { passive: true });
    element.addEventListener('touchend', end);
    element.addEventListener('touchcancel', end);
    return () => {
      element.removeEventListener('touchstart', start);
      element.removeEventListener('touchmove', move);
      element.removeEventListener('touchend', end);
      element.removeEventListener('touchcancel', end);
    };
  }, [list]);
  return pulled;
}
