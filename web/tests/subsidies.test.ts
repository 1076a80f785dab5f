import type { SubsidyRow } from 'hongbao-client';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Kept } from '../src/storage';
import { chooseSubsidy, chosenSubsidy, packetOf, subsidySent } from '../src/subsidies/chosenSubsidy';
import { fundingOf, sortSubsidies, stateOfSubsidy } from '../src/subsidies/subsidies';

const now = Date.parse('2031-02-05T12:00:00Z');
const row = (token: string, status: SubsidyRow['status'], hours: number): SubsidyRow => ({
  token, campaignId: '7', amount: 888, currency: 'CNY', status, expiresAt: new Date(now + hours * 3_600_000).toISOString(),
});

describe('subsidies', () => {
  it('can be used whether they are stored or not, until their time is over', () => {
    expect(stateOfSubsidy(row('a', 'ISSUED', 1), now)).toBe('usable');
    expect(stateOfSubsidy(row('a', 'AVAILABLE', 1), now)).toBe('usable');
    expect(stateOfSubsidy(row('a', 'AVAILABLE', 0), now)).toBe('expired');
    expect(stateOfSubsidy(row('a', 'EXPIRED', 1), now)).toBe('expired');
    expect(stateOfSubsidy(row('a', 'USED', -1), now)).toBe('used');
  });

  it('stand with the usable first, the soonest to expire before the others', () => {
    const rows = [row('old', 'EXPIRED', -9), row('later', 'ISSUED', 30), row('used', 'USED', 5), row('soon', 'AVAILABLE', 2), row('past', 'AVAILABLE', -1), row('used2', 'USED', 9)];
    expect(sortSubsidies(rows, now).map(({ token }) => token)).toEqual(['soon', 'later', 'used2', 'used', 'past', 'old']);
    expect(rows[0]!.token).toBe('old');
  });

  it('fund by their token, by their number without one, and not with neither', () => {
    expect(fundingOf({ token: 't', subsidyNo: '5' })).toEqual({ kind: 'subsidy', token: 't' });
    expect(fundingOf({ subsidyNo: '5' })).toEqual({ kind: 'subsidy', subsidyNo: '5' });
    expect(fundingOf({})).toBeUndefined();
  });
});

describe('the chosen subsidy', () => {
  let storage: Kept;
  beforeEach(() => {
    const values = new Map<string, unknown>();
    storage = { get: (key) => values.get(key), set: (key, value) => void values.set(key, value), remove: (key) => void values.delete(key) };
    vi.stubGlobal('localStorage', undefined);
  });

  it('keeps its clip, so that sending it again is the same request', () => {
    expect(chooseSubsidy('1001', row('t'.repeat(200), 'ISSUED', 1), storage)).toBe(true);
    const first = chosenSubsidy('1001', storage);
    chooseSubsidy('1001', row('t'.repeat(200), 'AVAILABLE', 1), storage);
    expect(chosenSubsidy('1001', storage)).toEqual(first);
    chooseSubsidy('1001', row(`${'t'.repeat(190)}other`, 'ISSUED', 1), storage);
    expect(chosenSubsidy('1001', storage)?.contentId).not.toBe(first?.contentId);
    expect(chosenSubsidy('1002', storage)).toBeUndefined();
  });

  it('is remembered with the packet that it became', () => {
    const won = row(`x${'t'.repeat(200)}`, 'ISSUED', 1);
    chooseSubsidy('1001', won, storage);
    subsidySent('1001', chosenSubsidy('1001', storage)!, '55', storage);
    expect(chosenSubsidy('1001', storage)).toBeUndefined();
    expect(packetOf('1001', won, storage)).toBe('55');
    expect(packetOf('1002', won, storage)).toBeUndefined();
    expect(packetOf('1001', { token: 'another' }, storage)).toBeUndefined();
  });

  it('is none when there is nothing that proves it, or what is kept has an old shape', () => {
    expect(chooseSubsidy('1001', { ...row('', 'ISSUED', 1), token: undefined }, storage)).toBe(false);
    storage.set('subsidy.1001', 'odd');
    expect(chosenSubsidy('1001', storage)).toBeUndefined();
    storage.set('subsidiesSent.1001', 'odd');
    expect(packetOf('1001', { token: 'a' }, storage)).toBeUndefined();
  });
});
