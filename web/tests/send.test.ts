import { type CreatedPacket, HongbaoError } from 'hongbao-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPacket, unanswered } from '../src/send/createPacket';
import { checkDraft, defaultLimits, type Draft, fieldOf, type NewPacket } from '../src/send/draft';

const draft: Draft = { amount: '88.88', count: '8', split: 'random', scope: 'public', uids: [], greeting: '' };
const check = (part: Partial<Draft>) => checkDraft({ ...draft, ...part }, defaultLimits, 'Best wishes');

describe('a draft', () => {
  it('becomes a packet in fen', () => {
    expect(check({}).packet).toEqual({
      amount: 8888,
      count: 8,
      currency: 'CNY',
      split: 'random',
      scope: { kind: 'public' },
      greeting: 'Best wishes',
      funding: { kind: 'cashier' },
    });
    expect(check({ scope: 'exclusive', uids: ['1002'] }).packet?.scope).toEqual({ kind: 'exclusive', uids: ['1002'] });
  });

  it('keeps to the limits of a share', () => {
    expect(check({ amount: '0.07' }).problems.amount).toEqual({ kind: 'amountRange', least: 8, most: 160_000 });
    expect(check({ amount: '1600.01' }).problems.amount?.kind).toBe('amountRange');
    expect(check({ amount: '0.08' }).packet?.amount).toBe(8);
    expect(check({ amount: '1600' }).packet?.amount).toBe(160_000);
  });

  it('suggests the nearest amount that divides', () => {
    expect(check({ split: 'equal', amount: '100', count: '8' }).packet?.amount).toBe(10_000);
    expect(check({ split: 'equal', amount: '88.87' }).problems.amount).toEqual({ kind: 'amountNotEven', count: 8, suggestion: 8888 });
  });

  it.each([
    [{ amount: '' }, 'amount', 'amountMissing'],
    [{ amount: '8.888' }, 'amount', 'amountNotMoney'],
    [{ count: '0' }, 'count', 'countRange'],
    [{ count: '101' }, 'count', 'countRange'],
    [{ count: '1.5' }, 'count', 'countRange'],
    [{ greeting: '福'.repeat(65) }, 'greeting', 'greetingLong'],
    [{ scope: 'exclusive' as const }, 'scope', 'uidsMissing'],
    [{ scope: 'exclusive' as const, uids: ['lin'] }, 'scope', 'uidsWrong'],
  ] as const)('%j is not acceptable', (part, field, kind) => {
    const { packet, problems } = check(part as Partial<Draft>);
    expect(packet).toBeUndefined();
    expect(problems[field]?.kind).toBe(kind);
  });

  it('takes the server\'s names of fields', () => {
    expect(fieldOf('amount')).toBe('amount');
    expect(fieldOf('scope.uids[0]')).toBe('scope');
    expect(fieldOf('$.Greeting')).toBe('greeting');
    expect(fieldOf('split')).toBe('amount');
    expect(fieldOf('currency')).toBeUndefined();
  });
});

describe('creating a packet', () => {
  const packet = check({}).packet!;
  const created = { packetNo: '7', status: 'PENDING_PAYMENT', expiresAt: '', seedHash: 'aa' } as CreatedPacket;
  let sent: string[];
  const answering = (answer: CreatedPacket | HongbaoError) => async (requestId: string, _packet: NewPacket) => {
    sent.push(requestId);
    if (answer instanceof HongbaoError) throw answer;
    return answer;
  };

  beforeEach(() => {
    sent = [];
    const kept = new Map<string, string>();
    globalThis.localStorage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    } as unknown as Storage;
  });

  it('keeps the number of the request until there is an answer', async () => {
    await expect(createPacket('1001', packet, answering(new HongbaoError('TIMEOUT', 0)))).rejects.toThrow();
    await expect(createPacket('1001', packet, answering(new HongbaoError('OVERLOADED', 503)))).rejects.toThrow();
    expect(unanswered('1001')?.packet).toEqual(packet);
    await createPacket('1001', packet, answering(created));
    expect(new Set(sent).size).toBe(1);
    expect(unanswered('1001')).toBeUndefined();
    await createPacket('1001', packet, answering(created));
    expect(new Set(sent).size).toBe(2);
  });

  it('starts anew for another packet, another user, and after a refusal', async () => {
    const lost = answering(new HongbaoError('OFFLINE', 0));
    await expect(createPacket('1001', packet, lost)).rejects.toThrow();
    await expect(createPacket('1002', packet, lost)).rejects.toThrow();
    await expect(createPacket('1001', { ...packet, count: 9 }, lost)).rejects.toThrow();
    await expect(createPacket('1001', { ...packet, count: 9 }, answering(new HongbaoError('LIMIT_EXCEEDED', 409)))).rejects.toThrow();
    await createPacket('1001', { ...packet, count: 9 }, answering(created));
    expect(new Set(sent).size).toBe(4);
    expect(sent[2]).toBe(sent[3]);
  });
});
