import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { useReconnected } from './useLoad';

/** A page of a list, as the service gives it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

type ItemOf<P extends Page<unknown>> = P['items'][number];

export interface Pages<P extends Page<unknown>> {
  items: ItemOf<P>[];
  /** The first page, with what else the server says about the whole list. */
  first: P | undefined;
  hasMore: boolean;
  loading: boolean;
  error: unknown;
  loadMore(): void;
  reload(): void;
}

interface State<P extends Page<unknown>> {
  key: string;
  items: ItemOf<P>[];
  first?: P;
  next?: string | null;
  loading: boolean;
  error?: unknown;
}

/** A list that is read page by page. Items that come twice (the list moved in between) are kept once. */
export function usePages<P extends Page<unknown>>(
  key: string,
  fetchPage: (cursor?: string) => Promise<P>,
  identity: (item: ItemOf<P>) => string,
): Pages<P> {
  const [state, setState] = useState<State<P>>({ key, items: [], loading: true });
  const latest = useRef(0);
  const busy = useRef(false);
  const using = useRef({ fetchPage, identity });
  using.current = { fetchPage, identity };

  const load = useCallback(
    (cursor: string | undefined) => {
      latest.current += 1;
      const turn = latest.current;
      busy.current = true;
      setState((before) => (before.key === key ? { ...before, loading: true, error: undefined } : { key, items: [], loading: true }));
      using.current.fetchPage(cursor).then(
        (page) => {
          if (turn !== latest.current) return;
          busy.current = false;
          setState((before) => ({
            key,
            items: joined(cursor === undefined ? [] : before.items, page.items as ItemOf<P>[], using.current.identity),
            first: cursor === undefined ? page : before.first,
            next: page.next,
            loading: false,
          }));
        },
        (error: unknown) => {
          if (turn !== latest.current) return;
          busy.current = false;
          setState((before) => ({ ...before, loading: false, error }));
        },
      );
    },
    [key],
  );
  const reload = useCallback(() => load(undefined), [load]);

  useEffect(() => {
    reload();
    return () => {
      latest.current += 1;
      busy.current = false;
    };
  }, [reload]);
  useReconnected(state.error, reload);

  const current: State<P> = state.key === key ? state : { key, items: [], loading: true };
  const next = current.next;
  const loadMore = useCallback(() => {
    if (next && !busy.current) load(next);
  }, [next, load]);
  return {
    items: current.items,
    first: current.first,
    hasMore: Boolean(next),
    loading: current.loading,
    error: current.error,
    loadMore,
    reload,
  };
}

function joined<T>(before: T[], more: T[], identity: (item: T) => string): T[] {
  const known = new Set(before.map(identity));
  return [...before, ...more.filter((item) => !known.has(identity(item)))];
}
