import { ApiError } from '../api/ApiError';

const mostPolls = 10;
const mostLostAnswers = 2;
const longestWaitMs = 10_000;

/** Not now, but soon: the server says when to come again. */
const comeAgain = ['CLAIM_BUSY', 'OVERLOADED'];

export interface ClaimHooks {
  wait(ms: number): Promise<void>;
  random(): number;
  onBusy(poll: number, most: number): void;
  stopped(): boolean;
}

/**
 * Asks for a share until there is an answer. A busy packet, or a busy service, is polled with the same request as the server says, at
 * most ten times in all; a lost answer is asked for again, which is safe because a user's second claim gives the first one back.
 */
export async function claimPacket<T>(send: () => Promise<T>, hooks: ClaimHooks): Promise<T> {
  let polls = 0;
  let lost = 0;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ApiError) || hooks.stopped()) throw error;
      if (comeAgain.includes(error.code)) {
        const most = Math.min(error.maxPolls ?? mostPolls, mostPolls);
        if (polls >= most) throw error;
        polls += 1;
        hooks.onBusy(polls, most);
        await hooks.wait(waitOf(error, hooks.random()));
      } else if (error.lost && lost < mostLostAnswers) {
        lost += 1;
        await hooks.wait(300 * lost);
      } else {
        throw error;
      }
      if (hooks.stopped()) throw error;
    }
  }
}

/**
 * Jitter keeps the people who were turned away together from coming back together. A packet spreads its people by itself; a service
 * that sheds tells all of them the same time, so that they wait up to twice as long.
 */
function waitOf(error: ApiError, random: number): number {
  const told = Math.min(Math.max(error.retryAfterMs ?? 500, 0), longestWaitMs);
  return told + Math.floor(random * (error.code === 'OVERLOADED' ? told : 150));
}
