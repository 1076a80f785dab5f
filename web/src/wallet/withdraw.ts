import type { WithdrawalAnswer } from 'hongbao-client';
import { service } from '../api/service';
import { parseYuan } from '../money';
import { Once } from '../once';
import { device, type Kept } from '../storage';

/** What a withdrawal is for. */
export interface NewWithdrawal {
  /** Minor units. */
  amount: number;
  currency: string;
}

/** Why an amount cannot be withdrawn; the words for it belong to the page. */
export type AmountProblem = 'missing' | 'notMoney' | 'zero' | 'tooMuch';

/** @param balance minor units, or undefined while it is not known: the service decides anyway. */
export function checkAmount(text: string, balance: number | undefined): { amount?: number; problem?: AmountProblem } {
  if (text.trim() === '') return { problem: 'missing' };
  const amount = parseYuan(text);
  if (amount === undefined) return { problem: 'notMoney' };
  if (amount === 0) return { problem: 'zero' };
  if (balance !== undefined && amount > balance) return { problem: 'tooMuch' };
  return { amount };
}

const withdrawing = new Once<NewWithdrawal>('withdrawing');

/** Asks for a withdrawal once, however often it is sent before the answer is known. */
export function withdraw(
  uid: string,
  asked: NewWithdrawal,
  send: (requestId: string, asked: NewWithdrawal) => Promise<WithdrawalAnswer> = (requestId, fields) => service.createWithdrawal({ requestId, ...fields }),
): Promise<WithdrawalAnswer> {
  return withdrawing.send(uid, asked, async (requestId, fields) => {
    const answer = await send(requestId, fields);
    rememberWithdrawal(uid, { withdrawalNo: answer.withdrawalNo, ...fields });
    return answer;
  });
}

/** The withdrawal that was sent last but never answered. */
export function unansweredWithdrawal(uid: string): NewWithdrawal | undefined {
  return withdrawing.unanswered(uid).at(-1)?.content;
}

/** A withdrawal of which this browser does not know the end yet. */
export interface OpenWithdrawal extends NewWithdrawal {
  withdrawalNo: string;
}

const mostKept = 8;
const openKey = (uid: string) => `withdrawals.${uid}`;

export function openWithdrawals(uid: string, kept: Kept = device): OpenWithdrawal[] {
  const list = kept.get(openKey(uid));
  return Array.isArray(list) ? (list as OpenWithdrawal[]) : [];
}

function rememberWithdrawal(uid: string, withdrawal: OpenWithdrawal, kept: Kept = device): void {
  kept.set(openKey(uid), [...others(uid, withdrawal.withdrawalNo, kept), withdrawal].slice(-mostKept));
}

/** Its end was seen. */
export function forgetWithdrawal(uid: string, withdrawalNo: string, kept: Kept = device): void {
  kept.set(openKey(uid), others(uid, withdrawalNo, kept));
}

function others(uid: string, withdrawalNo: string, kept: Kept): OpenWithdrawal[] {
  return openWithdrawals(uid, kept).filter((each) => each.withdrawalNo !== withdrawalNo);
}
