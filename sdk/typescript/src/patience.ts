import type { Patience } from './call.js';
import { longestTimerMs } from './repeat.js';

const usual: Patience = {
  attemptTimeoutMs: 10_000,
  deadlineMs: 60_000,
  attempts: 6,
  maxPolls: 10,
  longestWaitMs: Number.POSITIVE_INFINITY,
  repeats: (failure) => failure.transient,
};

/**
 * The patience of a call: its own, else its client's, else the usual.
 * @throws RangeError for a setting that is out of its range.
 */
export function patienceOf(client: Partial<Patience>, call: Partial<Patience> = {}): Patience {
  const patience = {
    attemptTimeoutMs: call.attemptTimeoutMs ?? client.attemptTimeoutMs ?? usual.attemptTimeoutMs,
    deadlineMs: call.deadlineMs ?? client.deadlineMs ?? usual.deadlineMs,
    attempts: call.attempts ?? client.attempts ?? usual.attempts,
    maxPolls: call.maxPolls ?? client.maxPolls ?? usual.maxPolls,
    longestWaitMs: call.longestWaitMs ?? client.longestWaitMs ?? usual.longestWaitMs,
    repeats: call.repeats ?? client.repeats ?? usual.repeats,
  };
  const { attemptTimeoutMs, deadlineMs, attempts, maxPolls, longestWaitMs } = patience;
  // Written so that what is no number is refused too.
  hold('attemptTimeoutMs', attemptTimeoutMs, attemptTimeoutMs > 0 && attemptTimeoutMs <= longestTimerMs);
  hold('deadlineMs', deadlineMs, deadlineMs > 0);
  hold('attempts', attempts, attempts >= 1);
  hold('maxPolls', maxPolls, maxPolls >= 0);
  hold('longestWaitMs', longestWaitMs, longestWaitMs >= 0);
  return patience;
}

function hold(name: keyof Patience, value: number, isInRange: boolean): void {
  if (!isInRange) throw new RangeError(`${name}: ${value} is out of its range`);
}
