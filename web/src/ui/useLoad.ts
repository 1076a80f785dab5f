import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { HongbaoError } from 'hongbao-client';
import { online } from '../api/connection';

export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload(): void;
}

/** Loads when the key changes; what was lost with the connection is loaded again when it is back. */
export function useLoad<T>(key: string, fetchIt: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: unknown; loading: boolean }>({ key, loading: true });
  const latest = useRef(0);
  const fetching = useRef(fetchIt);
  fetching.current = fetchIt;

  const reload = useCallback(() => {
    latest.current += 1;
    const turn = latest.current;
    setState((before) => ({ key, data: before.key === key ? before.data : undefined, loading: true }));
    fetching.current().then(
      (data) => turn === latest.current && setState({ key, data, loading: false }),
      (error: unknown) =>
        turn === latest.current &&
        setState((before) => ({ key, data: before.key === key ? before.data : undefined, error, loading: false })),
    );
  }, [key]);

  useEffect(() => {
    reload();
    return () => {
      latest.current += 1;
    };
  }, [reload]);
  useReconnected(state.error, reload);

  // A render right after the key changed must not show the old key's data.
  const current = state.key === key ? state : { data: undefined, error: undefined, loading: true };
  return { data: current.data, error: current.error, loading: current.loading, reload };
}

/** Calls `again` once the connection is back, when what failed had failed for want of it. */
export function useReconnected(error: unknown, again: () => void): void {
  const lost = error instanceof HongbaoError && error.unanswered;
  useEffect(() => (lost ? online.subscribe((now) => now && again()) : undefined), [lost, again]);
}
