import { HongbaoError, type RainDrawAnswer } from 'hongbao-client';
import { type PasswordRefusal, passwordRefusal } from '../opening/refusal';
import { Value } from '../value';
import type { Drawn, DrawMemory } from './drawMemory';

/** What was won. */
export interface Win {
  /** Minor units. */
  amount: number;
  currency: string;
  token: string;
  expiresAt: string;
}

export type DrawState =
  | { stage: 'ready' }
  /** The line is how often the service has said to come again, 0 at first; fresh is what the user has opened just now. */
  | { stage: 'asking'; line: number; fresh: boolean }
  | { stage: 'won'; win: Win; fresh: boolean }
  | { stage: 'lost' }
  /** The campaign's password is to be said, for the first time or once more; so often it may be wrong still, as far as is known. */
  | { stage: 'password'; triesLeft?: number }
  /** Too many wrong passwords: none is taken from the user any more. */
  | { stage: 'locked' }
  /** Decided against, for now or for good; the code says why. */
  | { stage: 'refused'; code: string }
  /** Not known: the same request can be sent again. */
  | { stage: 'failed'; code: string };

/** Sends the request until there is an answer. */
export type AskDraw = (onLine: (poll: number) => void) => Promise<RainDrawAnswer>;

/**
 * One user's draw in one round. However often `draw` is called, one request is under way at most, and none once the outcome is known; every request is the same one, so
 * whatever happens in between there is one outcome.
 */
export class RoundDraw {
  readonly state = new Value<DrawState>({ stage: 'ready' });
  readonly #ask: AskDraw;
  readonly #memory: DrawMemory;

  constructor(ask: AskDraw, memory: DrawMemory) {
    this.#ask = ask;
    this.#memory = memory;
    if (memory.read() === 'lost') this.state.set({ stage: 'lost' });
  }

  /** Takes up what was asked before the page was left or loaded again. */
  resume(): void {
    const drawn = this.#memory.read();
    if (drawn === 'asked' || drawn === 'won') void this.#send(false);
  }

  /** The user has opened one. */
  draw(): void {
    const { stage } = this.state.current;
    if (stage === 'ready' || stage === 'failed' || stage === 'refused' || stage === 'password') void this.#send(true);
  }

  async #send(fresh: boolean): Promise<void> {
    if (this.state.current.stage === 'asking') return;
    this.state.set({ stage: 'asking', line: 0, fresh });
    const before = this.#memory.read();
    if (before === undefined) this.#memory.write('asked');
    try {
      this.#take(await this.#ask((line) => this.state.set({ stage: 'asking', line, fresh })), fresh);
    } catch (error) {
      const refusal = passwordRefusal(error);
      if (refusal) this.#askAgain(refusal, before);
      else this.#fail(error);
    }
  }

  #take(answer: RainDrawAnswer, fresh: boolean): void {
    const { won, amount, currency, token, expiresAt } = answer;
    if (!won) {
      this.#memory.write('lost');
      this.state.set({ stage: 'lost' });
    } else if (amount === undefined || currency === undefined || token === undefined || expiresAt === undefined) {
      this.state.set({ stage: 'failed', code: 'BAD_ANSWER' });
    } else {
      this.#memory.write('won');
      this.state.set({ stage: 'won', win: { amount, currency, token, expiresAt }, fresh });
    }
  }

  /** Who has lost without a record is asked for the password again, so that its refusal says nothing of what was asked before. */
  #askAgain({ kind, triesLeft }: PasswordRefusal, before: Drawn | undefined): void {
    if (before === undefined) this.#memory.forget();
    this.state.set(kind === 'locked' ? { stage: 'locked' } : { stage: 'password', triesLeft });
  }

  #fail(error: unknown): void {
    const code = error instanceof HongbaoError ? error.code : 'UNKNOWN';
    if (!(error instanceof HongbaoError && error.refused)) {
      this.state.set({ stage: 'failed', code });
      return;
    }

    // Nothing came of what was asked; what was won before stays won, whatever the campaign says now.
    if (this.#memory.read() === 'asked') this.#memory.forget();
    this.state.set({ stage: 'refused', code });
  }
}
