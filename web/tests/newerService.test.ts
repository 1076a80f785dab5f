import type { ClaimPart, DrawAnswer } from 'hongbao-client';
import { describe, expect, it } from 'vitest';
import { checkDraw } from '../src/packet/drawCheck';
import { fresher } from '../src/packet/fresher';
import { textFor } from '../src/words/language';
import { en } from '../src/words/en';

describe('a service that is newer than the page', () => {
  it('says words that are shown as they are', () => {
    expect(textFor(en.claimStatus, 'TRANSFERRED')).toBe(en.claimStatus.TRANSFERRED);
    expect(textFor(en.claimStatus, 'SLEEPING')).toBe('SLEEPING');
    expect(textFor(en.claimStatus, 'constructor')).toBe('constructor');
  });

  it('knows best how far a claim is', () => {
    const claim = (status: string) => ({ claimNo: '1', status }) as ClaimPart;
    expect(fresher(claim('CLAIMED'), claim('SLEEPING'))?.status).toBe('SLEEPING');
    expect(fresher(claim('SLEEPING'), claim('CLAIMED'))?.status).toBe('SLEEPING');
    expect(fresher(claim('TRANSFERRED'), claim('CLAIMED'))?.status).toBe('TRANSFERRED');
    expect(fresher(undefined, claim('CLAIMED'))?.status).toBe('CLAIMED');
  });

  it('divides in a way that cannot be checked here', async () => {
    const draw: DrawAnswer = { packetNo: '1', algorithm: 1, split: 'lottery', amount: 1, count: 1, cap: 1, seedHash: 'ab', seed: 'cd', draws: [] };
    expect((await checkDraw(draw, [], undefined)).outcome).toBe('unsupported');
  });
});
