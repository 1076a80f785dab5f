import { ApiError } from '../api/ApiError';

const mostPolls = 10;
const mostLostAnswers = 2;

export interface ClaimHooks {
  wait(ms: number): Promise<void>;
  random(): number;
  onBusy(poll: number, most: number): void;
  stopped(): boolean;
}

/**
 * Asks for a share until there is an answer. A busy packet is polled with the same request as the server says, at most
 * ten times; a lost answer is asked for again, which is safe because a user's second claim gives the first one back.
 */
export async function claimPacket<T>(send: () => Promise<T>, hooks: ClaimHooks): Promise<T> {
  let polls = 0;
  let lost = 0;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ApiError) || hooks.stopped()) throw error;
      if (error.code === 'CLAIM_BUSY') {
        const most = Math.min(error.maxPolls ?? mostPolls, mostPolls);
        if (polls >= most) throw error;
        polls += 1;
        hooks.onBusy(polls, most);
        // Jitter keeps the people who were turned away together from coming back together.
        await hooks.wait((error.retryAfterMs ?? 500) + Math.floor(hooks.random() * 150));
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
