import type { HongbaoClient } from 'hongbao-client';
import type { AskDraw } from './roundDraw';

const leastPatienceMs = 20_000;
const mostPatienceMs = 60_000;

/**
 * Draws patiently: a crowd is sent away for a moment, answers get lost. Each comes again at its own time, at growing rests or when the service says, until the round is over
 * (and a little longer: a draw that was recorded is answered also then). With a password a lost answer is asked for again once: a wrong one costs a try each time.
 * @param password what is said to a rain that asks for it; asked for with each draw.
 */
export function askDraw(
  service: HongbaoClient, campaignId: string, round: number, leftMs: () => number, signal: () => AbortSignal, password: () => string | undefined = () => undefined,
): AskDraw {
  return (onLine) => {
    const said = password();
    return service.drawInRound(
      campaignId,
      String(round),
      {
        attemptTimeoutMs: 6_000,
        deadlineMs: Math.min(Math.max(leftMs(), leastPatienceMs), mostPatienceMs),
        attempts: said === undefined ? 8 : 2,
        maxPolls: 20,
        longestWaitMs: 15_000,
        repeats: (failure) => failure.transient,
        signal: signal(),
        onWait: ({ poll }) => poll > 0 && onLine(poll),
      },
      said === undefined ? undefined : { password: said },
    );
  };
}
