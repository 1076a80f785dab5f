import { describe, expect, it } from 'vitest';
import type { DrawAnswer } from 'hongbao-client';
import { commitment, fromHex, shares } from '../src/packet/draw';
import { checkDraw } from '../src/packet/drawCheck';
import { vectors } from './drawVectors';

describe('the draw, computed a second time', () => {
  it.each(vectors)('$split of $amount into $count', async (vector) => {
    const seed = fromHex(vector.seed);
    expect(await commitment(vector, seed)).toBe(vector.seedHash);
    expect(await shares(vector, seed)).toEqual(vector.shares);
  });
});

describe('the check of a draw', () => {
  const vector = vectors[0]!;
  const rows = vector.shares.map((amount, index) => ({ seq: index + 1, amount }));
  const draw: DrawAnswer = {
    packetNo: vector.packetNo,
    algorithm: 1,
    split: vector.split,
    amount: vector.amount,
    count: vector.count,
    cap: vector.cap,
    seedHash: vector.seedHash,
    seed: vector.seed,
    draws: rows,
  };
  const wrongSteps = async (...args: Parameters<typeof checkDraw>) =>
    (await checkDraw(...args)).steps.filter(({ right }) => !right).map(({ step }) => step);

  it('passes an honest draw, also one that ended before all shares were taken', async () => {
    expect((await checkDraw(draw, rows, vector.seedHash)).outcome).toBe('right');
    expect((await checkDraw({ ...draw, draws: rows.slice(0, 3) }, rows.slice(0, 3), undefined)).outcome).toBe('right');
  });

  it('finds a changed claim', async () => {
    const changed = rows.map((row) => (row.seq === 4 ? { ...row, amount: row.amount + 1 } : row));
    expect(await wrongSteps(draw, changed, undefined)).toEqual(['claimsMatch']);
    expect(await wrongSteps({ ...draw, draws: changed }, rows, undefined)).toEqual(['drawsMatch']);
  });

  it('finds another seed', async () => {
    const seed = `ff${vector.seed.slice(2)}`;
    expect(await wrongSteps({ ...draw, seed }, rows, undefined)).toContain('hashMatches');
  });

  it('finds a commitment that is not the one seen before the draw', async () => {
    expect(await wrongSteps(draw, rows, '00'.repeat(32))).toEqual(['hashSeenBefore']);
  });

  it('has no verdict before the seed is shown', async () => {
    expect((await checkDraw({ ...draw, seed: undefined }, rows, undefined)).outcome).toBe('notRevealed');
  });
});
