import type { CallOptions, CallWait, Patience } from './call.js';
import type { HongbaoError } from './HongbaoError.js';

const firstRestMs = 200;
const longestRestMs = 5000;
const untoldWaitMs = 500;

/** A busy packet spreads its people by itself; a service that sheds tells all of them the same time, so that they wait up to twice as long. */
const busySpreadMs = 150;

/** What timers can count; they take more for nothing. */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * When the same request is sent again. Two things are counted apart: requests that were not answered (or failed inside the service), which are sent
 * again after a growing rest, and answers that ask to come again, which are polled when they say and as often as they say.
 */
export class Repetition {
  private polls = 0;
  private unanswered = 0;
  private readonly began = performance.now();

  constructor(
    private readonly patience: Patience,
    private readonly random: () => number,
  ) {}

  /** How long the next request may take; the last one gets what the deadline leaves. */
  get attemptTimeoutMs(): number {
    return Math.max(1, Math.min(this.patience.attemptTimeoutMs, this.leftMs));
  }

  private get leftMs(): number {
    return this.patience.deadlineMs - (performance.now() - this.began);
  }

  /** Waits before the same request is sent again; throws the failure when there was enough. */
  async after(failure: HongbaoError, options: CallOptions): Promise<void> {
    const wait = this.patience.repeats(failure) ? this.next(failure) : undefined;
    if (!wait || wait.waitMs >= this.leftMs || wait.waitMs > longestTimerMs) throw failure;
    options.onWait?.(wait);
    await pause(wait.waitMs, options.signal);
  }

  private next(failure: HongbaoError): CallWait | undefined {
    const chance = Math.min(Math.max(this.random(), 0), 1);
    if (failure.asksToComeAgain) {
      const maxPolls = Math.min(failure.maxPolls ?? this.patience.maxPolls, this.patience.maxPolls);
      const told = Math.max(failure.retryAfterMs ?? untoldWaitMs, 0);
      if (this.polls >= maxPolls || told > this.patience.longestWaitMs) return undefined;
      this.polls += 1;
      // Who is told to come at once must not come with everybody else.
      const spread = failure.code === 'CLAIM_BUSY' && told > 0 ? busySpreadMs : Math.max(told, untoldWaitMs);
      return { failure, waitMs: told + Math.floor(chance * spread), poll: this.polls, maxPolls };
    }

    this.unanswered += 1;
    if (this.unanswered >= this.patience.attempts) return undefined;
    const rest = Math.min(firstRestMs * 2 ** (this.unanswered - 1), longestRestMs);
    return { failure, waitMs: Math.floor(rest * (0.5 + chance / 2)), poll: 0, maxPolls: 0 };
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }

    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
