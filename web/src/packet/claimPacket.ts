import type { ClaimAnswer, HongbaoClient } from 'hongbao-client';

/** Not now, but soon: the server says when to come again. */
const comeAgain = ['CLAIM_BUSY', 'OVERLOADED'];

export interface ClaimHooks {
  signal: AbortSignal;
  onBusy(poll: number, most: number): void;
  /** What is said to a packet that asks for it. */
  password?: string;
}

/**
 * Asks for a share until there is an answer. A busy packet, or a busy service, is polled at most ten times in all, and given up when it asks for longer waits than people
 * bear; a lost answer is asked for again twice, with a password once: a wrong one costs a try each time.
 */
export function claimPacket(service: HongbaoClient, packetNo: string, { signal, onBusy, password }: ClaimHooks): Promise<ClaimAnswer> {
  return service.claim(
    packetNo,
    {
      attemptTimeoutMs: 6_000,
      deadlineMs: 180_000,
      attempts: password === undefined ? 3 : 2,
      maxPolls: 10,
      longestWaitMs: 10_000,
      repeats: (failure) => failure.unanswered || comeAgain.includes(failure.code),
      signal,
      onWait: ({ poll, maxPolls }) => poll > 0 && onBusy(poll, maxPolls),
    },
    password === undefined ? undefined : { password },
  );
}
