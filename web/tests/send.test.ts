import { type CreatedPacket, HongbaoError } from 'hongbao-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { momentText } from '../src/opening/opensAt';
import { createPacket, unanswered } from '../src/send/createPacket';
import { checkDraft, defaultLimits, type Draft, fieldOf, type NewPacket } from '../src/send/draft';

const draft: Draft = {
  amount: '88.88', count: '8', split: 'random', scope: 'public', uids: [], greeting: '', opensAt: '', condition: 'none', password: '', shared: '', clip: 'clip-snow-0011223344556677',
};
const now = new Date(2031, 1, 5, 12, 0).getTime();
const check = (part: Partial<Draft>) => checkDraft({ ...draft, ...part }, defaultLimits, 'Best wishes', undefined, now);

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

  it('has the amount of the subsidy that funds it, whatever is typed', () => {
    const given = { funding: { kind: 'subsidy' as const, token: 'tok' }, amount: 888, currency: 'CNY', contentId: 'clip-snow-1' };
    const checkGiven = (part: Partial<Draft>, amount = 888) => checkDraft({ ...draft, ...part }, defaultLimits, 'Best wishes', { ...given, amount });
    expect(checkGiven({ amount: '' }).packet).toEqual({
      amount: 888, count: 8, currency: 'CNY', split: 'random', scope: { kind: 'public' }, greeting: 'Best wishes', funding: { kind: 'subsidy', token: 'tok' }, contentId: 'clip-snow-1',
    });
    expect(checkGiven({}, 5).problems).toEqual({ count: { kind: 'countForAmount', least: 1, most: 5 } });
    expect(checkGiven({ count: '5' }, 5).packet?.amount).toBe(5);
    expect(checkGiven({ count: '2' }, 50_000).problems.count).toEqual({ kind: 'countForAmount', least: 3, most: 100 });
    expect(checkGiven({ count: '3' }, 50_000).packet?.count).toBe(3);
    expect(checkGiven({ count: '0' }).problems.count?.kind).toBe('countRange');
    expect(checkGiven({ count: '7', split: 'equal' }).problems.amount?.kind).toBe('amountNotEven');
    expect(checkGiven({ count: '8', split: 'equal' }).packet?.amount).toBe(888);
  });

  it('can open later, by the clock of the device as it is typed', () => {
    expect(check({ opensAt: '2031-02-05T20:00' }).packet?.opensAt).toBe(new Date(2031, 1, 5, 20, 0).toISOString());
    expect(check({}).packet).not.toHaveProperty('opensAt');

    // What is past opens at once, for the service too: a packet whose answer was lost is sent again as it was.
    expect(check({ opensAt: '2031-02-05T11:00' }).packet?.opensAt).toBe(new Date(2031, 1, 5, 11, 0).toISOString());
    expect(check({ opensAt: momentText(now + 604_800_000) }).problems.opensAt).toBeUndefined();
    expect(check({ opensAt: momentText(now + 604_860_000) }).problems.opensAt).toEqual({ kind: 'opensAtFar', mostMs: 604_800_000 });
    for (const opensAt of ['half', '2031-02-05', '2031-02-31T25:00', '1969-12-31T12:00']) {
      expect(check({ opensAt })).toEqual({ problems: { opensAt: { kind: 'opensAtWrong' } } });
    }
    // An older service does not tell how far ahead it may be.
    expect(checkDraft({ ...draft, opensAt: '2131-02-05T20:00' }, { ...defaultLimits, maxOpensAheadSeconds: undefined }, '', undefined, now).packet).toBeDefined();
  });

  it('can ask something of those who open it', () => {
    const conditionOf = (part: Partial<Draft>) => check(part).packet?.condition;
    expect(check({}).packet).not.toHaveProperty('condition');
    // A password is compared as it is.
    expect(conditionOf({ condition: 'password', password: ' 恭喜发财🧧' })).toEqual({ kind: 'password', password: ' 恭喜发财🧧' });
    expect(conditionOf({ condition: 'follow', password: 'left over' })).toEqual({ kind: 'follow' });
    expect(conditionOf({ condition: 'share', shared: ' spring-gala ' })).toEqual({ kind: 'share', contentId: 'spring-gala' });
    expect(conditionOf({ condition: 'share', shared: '' })).toEqual({ kind: 'share', contentId: draft.clip });

    expect(check({ condition: 'password' }).problems).toEqual({ password: { kind: 'passwordMissing' } });
    expect(conditionOf({ condition: 'password', password: '🧧'.repeat(64) })).toBeDefined();
    expect(check({ condition: 'password', password: '🧧'.repeat(65) }).problems.password).toEqual({ kind: 'wordLong', most: 64, length: 65 });
    for (const password of ['a\u0000', 'a\nb', '\u2028', '\ud83e', '\ufffd', '\u0085']) {
      expect(check({ condition: 'password', password }).problems.password).toEqual({ kind: 'wordOdd' });
    }
    expect(check({ condition: 'share', shared: 'x'.repeat(65) }).problems.shared).toEqual({ kind: 'wordLong', most: 64, length: 65 });
    // What is not chosen does not count.
    expect(check({ condition: 'none', password: 'a\nb', shared: 'a\nb' }).packet).toBeDefined();
  });

  it('takes the server\'s names of fields', () => {
    expect(fieldOf('amount')).toBe('amount');
    expect(fieldOf('scope.uids[0]')).toBe('scope');
    expect(fieldOf('$.Greeting')).toBe('greeting');
    expect(fieldOf('split')).toBe('amount');
    expect(['opensAt', 'condition', 'condition.kind', 'condition.uid', 'condition.password', 'condition.contentId'].map(fieldOf)).toEqual(
      ['opensAt', 'condition', 'condition', 'condition', 'password', 'shared'],
    );
    expect(fieldOf('currency')).toBeUndefined();
  });
});

describe('creating a packet', () => {
  const packet = check({}).packet!;
  const created = { packetNo: '7', status: 'PENDING_PAYMENT', expiresAt: '', seedHash: 'aa' } as CreatedPacket;
  const lost = new HongbaoError('OFFLINE', 0);
  let sent: string[];
  let user = 1000;
  let uid: string;
  const answering = (answer: CreatedPacket | HongbaoError) => async (requestId: string, _packet: NewPacket) => {
    sent.push(requestId);
    if (answer instanceof HongbaoError) throw answer;
    return answer;
  };
  const stored = (kept: Map<string, string>) => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  const blocked = () => {
    throw new DOMException('blocked', 'SecurityError');
  };
  /** Another tab, or this one after a reload: the same browser, another memory. */
  const another = async () => {
    vi.resetModules();
    return (await import('../src/send/createPacket')).createPacket;
  };

  beforeEach(() => {
    sent = [];
    user += 10;
    uid = String(user);
    vi.stubGlobal('localStorage', stored(new Map()));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('keeps the number of the request until there is an answer', async () => {
    await expect(createPacket(uid, packet, answering(new HongbaoError('TIMEOUT', 0)))).rejects.toThrow();
    await expect(createPacket(uid, packet, answering(new HongbaoError('OVERLOADED', 503)))).rejects.toThrow();
    expect(unanswered(uid)).toEqual(packet);
    await createPacket(uid, packet, answering(created));
    expect(new Set(sent).size).toBe(1);
    expect(unanswered(uid)).toBeUndefined();
    await createPacket(uid, packet, answering(created));
    expect(new Set(sent).size).toBe(2);
  });

  it('starts anew for another packet, another user, and after a refusal', async () => {
    await expect(createPacket(uid, packet, answering(lost))).rejects.toThrow();
    await expect(createPacket(`${uid}1`, packet, answering(lost))).rejects.toThrow();
    await expect(createPacket(uid, { ...packet, count: 9 }, answering(lost))).rejects.toThrow();
    await expect(createPacket(uid, { ...packet, count: 9 }, answering(new HongbaoError('LIMIT_EXCEEDED', 409)))).rejects.toThrow();
    await createPacket(uid, { ...packet, count: 9 }, answering(created));
    expect(new Set(sent).size).toBe(4);
    expect(sent[2]).toBe(sent[3]);
  });

  it('takes nothing but the service for a refusal', async () => {
    for (const proxy of [new HongbaoError('HTTP_403', 403), new HongbaoError('BAD_ANSWER', 200)]) {
      await expect(createPacket(uid, packet, answering(proxy))).rejects.toThrow();
    }
    await createPacket(uid, packet, answering(created));
    expect(new Set(sent).size).toBe(1);
  });

  it('keeps the number when the answer cannot be used', async () => {
    await expect(createPacket(uid, packet, answering(undefined as unknown as CreatedPacket))).rejects.toThrow(TypeError);
    await createPacket(uid, packet, answering(created));
    expect(new Set(sent).size).toBe(1);
  });

  it('keeps the number also where the browser keeps nothing', async () => {
    for (const storage of [stored(new Map()), { getItem: blocked, setItem: blocked, removeItem: blocked }]) {
      vi.stubGlobal('localStorage', { ...storage, setItem: blocked });
      const here = `${uid}${storage.getItem === blocked}`;
      await expect(createPacket(here, packet, answering(lost))).rejects.toThrow();
      expect(unanswered(here)).toEqual(packet);
      await createPacket(here, packet, answering(created));
      expect(unanswered(here)).toBeUndefined();
    }
    expect([new Set(sent).size, sent.length]).toEqual([2, 4]);
  });

  it('keeps a number for each packet that is not answered', async () => {
    const other = { ...packet, count: 9 };
    await expect(createPacket(uid, packet, answering(lost))).rejects.toThrow();
    await expect(createPacket(uid, other, answering(lost))).rejects.toThrow();
    await createPacket(uid, packet, answering(created));
    expect(unanswered(uid)).toEqual(other);
    await createPacket(uid, other, answering(created));
    expect(sent).toEqual([sent[0], sent[1], sent[0], sent[1]]);
    expect(sent[0]).not.toBe(sent[1]);
  });

  it('leaves the number of another tab alone, and takes it up after a reload', async () => {
    const other = { ...packet, count: 9 };
    await expect(createPacket(uid, packet, answering(lost))).rejects.toThrow();
    const there = await another();
    await there(uid, other, answering(created));
    const reloaded = await another();
    await reloaded(uid, packet, answering(created));
    expect(sent[2]).toBe(sent[0]);
    expect(localStorage.getItem(`hongbao.creating.${uid}`)).toBeNull();
  });

  it('is taken up by what funds it', async () => {
    const funded = { ...packet, funding: { kind: 'subsidy' as const, token: 'tok' }, contentId: 'clip-snow-1' };
    await expect(createPacket(uid, packet, answering(lost))).rejects.toThrow();
    await expect(createPacket(uid, funded, answering(lost))).rejects.toThrow();
    expect(unanswered(uid)).toEqual(packet);
    expect(unanswered(uid, funded.funding)).toEqual(funded);
    expect(unanswered(uid, { kind: 'subsidy', token: 'other' })).toBeUndefined();
    await createPacket(uid, funded, answering(created));
    expect(unanswered(uid, funded.funding)).toBeUndefined();
    expect(unanswered(uid)).toEqual(packet);
  });

  it('keeps no password in the browser, and is the same request when it is typed again', async () => {
    const asking = (password: string): NewPacket => ({ ...packet, condition: { kind: 'password', password } });
    await expect(createPacket(uid, asking('恭喜发财'), answering(lost))).rejects.toThrow();
    expect(JSON.stringify(localStorage.getItem(`hongbao.creating.${uid}`))).not.toContain('恭喜');

    // On this page it is known: another password is another packet.
    expect(unanswered(uid)?.condition).toEqual({ kind: 'password', password: '恭喜发财' });
    await expect(createPacket(uid, asking('other'), answering(lost))).rejects.toThrow();
    await expect(createPacket(uid, asking('恭喜发财'), answering(lost))).rejects.toThrow();
    expect([sent[0] === sent[1], sent[0] === sent[2]]).toEqual([false, true]);

    const reloaded = await another();
    await reloaded(uid, asking('恭喜发财'), answering(created));
    expect(sent[3]).toBe(sent[2]);
  });

  it('takes up what the page before this one kept', async () => {
    localStorage.setItem(`hongbao.creating.${uid}`, JSON.stringify({ requestId: 'h5-old', packet }));
    await createPacket(uid, packet, answering(created));
    expect(sent).toEqual(['h5-old']);
  });
});
