import { type Kept, tab } from '../storage';

/** How far this tab's user has come in a round. A win is asked for again, with its token; a loss of which there may be no record anywhere is only known here. */
export type Drawn = 'asked' | 'won' | 'lost';

export interface DrawMemory {
  read(): Drawn | undefined;
  write(drawn: Drawn): void;
  forget(): void;
}

const all: readonly unknown[] = ['asked', 'won', 'lost'] satisfies Drawn[];

export function drawMemory(uid: string, campaignId: string, round: number, kept: Kept = tab): DrawMemory {
  const key = `rain.${uid}.${campaignId}.${round}`;
  return {
    read() {
      const value = kept.get(key);
      return all.includes(value) ? (value as Drawn) : undefined;
    },
    write: (drawn) => kept.set(key, drawn),
    forget: () => kept.remove(key),
  };
}
