/** Browser storage that may be full, blocked or hold old shapes: reading gives nothing then, and writing is best effort. */
export interface Kept {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  remove(key: string): void;
}

function keptIn(open: () => Storage): Kept {
  const named = (key: string) => `hongbao.${key}`;
  return {
    get(key) {
      try {
        const text = open().getItem(named(key));
        return text === null ? undefined : JSON.parse(text);
      } catch {
        return undefined;
      }
    },
    set(key, value) {
      try {
        open().setItem(named(key), JSON.stringify(value));
      } catch {
        // What must not be lost stands in memory beside it (send/createPacket).
      }
    },
    remove(key) {
      try {
        open().removeItem(named(key));
      } catch {
        // As above.
      }
    },
  };
}

/** For every tab of this browser, until it is cleared. */
export const device: Kept = keptIn(() => localStorage);

/** For this tab only, so that two tabs can be two people. */
export const tab: Kept = keptIn(() => sessionStorage);
