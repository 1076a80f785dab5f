import type { ClaimRow, DrawAnswer } from 'hongbao-client';
import { commitment, fromHex, isKnownSplit, shares } from './draw';

export type DrawStep = 'hashSeenBefore' | 'hashMatches' | 'sumMatches' | 'drawsMatch' | 'claimsMatch';

export interface DrawVerdict {
  outcome: 'notRevealed' | 'unsupported' | 'right' | 'wrong';
  steps: { step: DrawStep; right: boolean }[];
  /** The recomputed share of every seq. */
  shares: number[];
}

/** Whether the drawn amounts are what the seed says, and the seed is the one committed to before the draw. */
export async function checkDraw(
  draw: DrawAnswer,
  claims: Pick<ClaimRow, 'seq' | 'amount'>[],
  hashSeenBefore: string | undefined,
): Promise<DrawVerdict> {
  if (!draw.seed) return { outcome: 'notRevealed', steps: [], shares: [] };
  // Browsers offer cryptography to secure origins only (https, or this machine itself).
  const { split } = draw;
  if (draw.algorithm !== 1 || !isKnownSplit(split) || !globalThis.crypto?.subtle) return { outcome: 'unsupported', steps: [], shares: [] };

  const seed = fromHex(draw.seed);
  const terms = { ...draw, split };
  const hash = await commitment(terms, seed);
  const computed = await shares(terms, seed);
  const agrees = (row: { seq: number; amount: number }) => computed[row.seq - 1] === row.amount;

  const steps: DrawVerdict['steps'] = [];
  if (hashSeenBefore) steps.push({ step: 'hashSeenBefore', right: hashSeenBefore === draw.seedHash });
  steps.push(
    { step: 'hashMatches', right: hash === draw.seedHash.toLowerCase() },
    { step: 'sumMatches', right: computed.reduce((sum, share) => sum + share, 0) === draw.amount },
    { step: 'drawsMatch', right: draw.draws.every(agrees) },
    { step: 'claimsMatch', right: claims.every(agrees) },
  );
  return { outcome: steps.every(({ right }) => right) ? 'right' : 'wrong', steps, shares: computed };
}
