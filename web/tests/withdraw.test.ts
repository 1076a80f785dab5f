import { HongbaoError, type WithdrawalAnswer } from 'hongbao-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkAmount, forgetWithdrawal, openWithdrawals, unansweredWithdrawal, withdraw } from '../src/wallet/withdraw';

describe('an amount to withdraw', () => {
  it.each([
    ['8.88', 888],
    ['10', 1000],
    ['0.01', 1],
  ])('can be %s', (text, amount) => {
    expect(checkAmount(text, 1000)).toEqual({ amount });
  });

  it.each([
    [' ', 'missing'],
    ['ten', 'notMoney'],
    ['1.234', 'notMoney'],
    ['-1', 'notMoney'],
    ['0', 'zero'],
    ['10.01', 'tooMuch'],
  ])('cannot be %j', (text, problem) => {
    expect(checkAmount(text, 1000)).toEqual({ problem });
  });

  it('is for the service to decide when the balance is not known', () => {
    expect(checkAmount('99', undefined)).toEqual({ amount: 9900 });
  });
});

describe('a withdrawal', () => {
  const asked = { amount: 888, currency: 'CNY' };
  const answered: WithdrawalAnswer = { withdrawalNo: '9', amount: 888, status: 'PENDING' };
  let sent: string[];
  let user = 5000;
  let uid: string;
  const answering = (answer: WithdrawalAnswer | HongbaoError) => async (requestId: string) => {
    sent.push(requestId);
    if (answer instanceof HongbaoError) throw answer;
    return answer;
  };

  beforeEach(() => {
    sent = [];
    user += 1;
    uid = String(user);
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('keeps its number until the answer is known', async () => {
    for (const failure of [new HongbaoError('TIMEOUT', 0), new HongbaoError('DEGRADED', 503), new HongbaoError('INTERNAL', 500)]) {
      await expect(withdraw(uid, asked, answering(failure))).rejects.toThrow();
    }
    expect(unansweredWithdrawal(uid)).toEqual(asked);
    await withdraw(uid, asked, answering(answered));
    expect(new Set(sent).size).toBe(1);
    expect(unansweredWithdrawal(uid)).toBeUndefined();
    await withdraw(uid, asked, answering({ ...answered, withdrawalNo: '10' }));
    expect(new Set(sent).size).toBe(2);
  });

  it('keeps its number over a reload', async () => {
    await expect(withdraw(uid, asked, answering(new HongbaoError('OFFLINE', 0)))).rejects.toThrow();
    vi.resetModules();
    const reloaded = await import('../src/wallet/withdraw');
    expect(reloaded.unansweredWithdrawal(uid)).toEqual(asked);
    await reloaded.withdraw(uid, asked, answering(answered));
    expect(new Set(sent).size).toBe(1);
  });

  it('starts anew for another amount, another user, and after a refusal', async () => {
    const lost = answering(new HongbaoError('OFFLINE', 0));
    await expect(withdraw(uid, asked, lost)).rejects.toThrow();
    await expect(withdraw(uid, { ...asked, amount: 1 }, lost)).rejects.toThrow();
    await expect(withdraw(`${uid}1`, asked, answering(new HongbaoError('INSUFFICIENT_FUNDS', 409)))).rejects.toThrow();
    await withdraw(`${uid}1`, asked, answering(answered));
    expect(new Set(sent).size).toBe(4);
  });

  it('is found again until its end was seen', async () => {
    await withdraw(uid, asked, answering(answered));
    await withdraw(uid, { ...asked, amount: 1 }, answering({ ...answered, withdrawalNo: '10' }));
    expect(openWithdrawals(uid).map(({ withdrawalNo, amount }) => [withdrawalNo, amount])).toEqual([['9', 888], ['10', 1]]);
    forgetWithdrawal(uid, '9');
    expect(openWithdrawals(uid).map(({ withdrawalNo }) => withdrawalNo)).toEqual(['10']);
    expect(openWithdrawals(`${uid}1`)).toEqual([]);
  });
});
