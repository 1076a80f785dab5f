import type { CreatePacketBody, LimitsAnswer, ScopeKind, SplitKind } from 'hongbao-client';
import { parseYuan } from '../money';
import type { ChosenSubsidy } from '../subsidies/chosenSubsidy';

/** A packet before it has a number; this page always gives a greeting. */
export interface NewPacket extends Omit<CreatePacketBody, 'requestId'> {
  greeting: string;
}

/** A subsidy that funds the packet: it gives the amount. */
export type GivenMoney = Pick<ChosenSubsidy, 'funding' | 'amount' | 'currency' | 'contentId'>;

/** What the service says about packets, as far as a draft is held to it. */
export type Limits = Pick<LimitsAnswer, 'currency' | 'maxCount' | 'minShare' | 'maxShare' | 'maxGreeting'>;

/** What the sender has typed so far. */
export interface Draft {
  amount: string;
  count: string;
  split: SplitKind;
  scope: ScopeKind;
  uids: string[];
  greeting: string;
}

export type Field = 'amount' | 'count' | 'scope' | 'greeting';

/** Why a field is not acceptable yet; the words for it belong to the page. */
export type Problem =
  | { kind: 'amountMissing' }
  | { kind: 'amountNotMoney' }
  | { kind: 'amountRange'; least: number; most: number }
  | { kind: 'amountNotEven'; count: number; suggestion: number }
  | { kind: 'countRange'; most: number }
  | { kind: 'countForAmount'; least: number; most: number }
  | { kind: 'greetingLong'; most: number; length: number }
  | { kind: 'uidsMissing' }
  | { kind: 'uidsWrong' };

export type Problems = Partial<Record<Field, Problem>>;

export const defaultLimits: Limits = { currency: 'CNY', maxCount: 100, minShare: 1, maxShare: 20_000, maxGreeting: 64 };

const mostUids = 100;

/** @param given the subsidy that funds it; then what is typed as the amount does not count. */
export function checkDraft(draft: Draft, limits: Limits, usualGreeting: string, given?: GivenMoney): { packet?: NewPacket; problems: Problems } {
  const problems: Problems = {};
  const count = countOf(draft.count, limits);
  const amount = given ? given.amount : parseYuan(draft.amount);
  const greeting = draft.greeting.trim() || usualGreeting;

  if (count === undefined) problems.count = { kind: 'countRange', most: limits.maxCount };
  if (given) problems.count ??= givenProblem(given.amount, count ?? 1, limits);
  else if (draft.amount.trim() === '') problems.amount = { kind: 'amountMissing' };
  else if (amount === undefined) problems.amount = { kind: 'amountNotMoney' };
  else if (count !== undefined) problems.amount = amountProblem(amount, count, limits);
  if (!problems.amount && !problems.count && amount !== undefined && count !== undefined && draft.split === 'equal') problems.amount = evenProblem(amount, count, limits);
  if ([...greeting].length > limits.maxGreeting) {
    problems.greeting = { kind: 'greetingLong', most: limits.maxGreeting, length: [...greeting].length };
  }
  if (draft.scope === 'exclusive') problems.scope = uidsProblem(draft.uids);

  if (amount === undefined || count === undefined || Object.values(problems).some(Boolean)) return { problems };
  return {
    problems,
    packet: {
      amount,
      count,
      currency: given?.currency ?? limits.currency,
      split: draft.split,
      scope: draft.scope === 'exclusive' ? { kind: 'exclusive', uids: draft.uids } : { kind: draft.scope },
      greeting,
      funding: given?.funding ?? { kind: 'cashier' },
      // There is no cashier to come back from: the packet is published as it is made.
      ...(given && { contentId: given.contentId }),
    },
  };
}

export function countOf(text: string, limits: Limits): number | undefined {
  const plain = text.normalize('NFKC').trim();
  const count = /^\d{1,6}$/.test(plain) ? Number(plain) : 0;
  return count >= 1 && count <= limits.maxCount ? count : undefined;
}

function amountProblem(amount: number, count: number, limits: Limits): Problem | undefined {
  const least = count * limits.minShare;
  const most = count * limits.maxShare;
  return amount < least || amount > most ? { kind: 'amountRange', least, most } : undefined;
}

function evenProblem(amount: number, count: number, limits: Limits): Problem | undefined {
  const over = amount % count;
  if (over === 0) return undefined;
  // The nearest amount that divides, upwards unless that would be more than is allowed.
  const up = amount - over + count;
  return { kind: 'amountNotEven', count, suggestion: up <= count * limits.maxShare ? up : amount - over };
}

/** With an amount that is given, it is the number of shares that has to suit. */
function givenProblem(amount: number, count: number, limits: Limits): Problem | undefined {
  const { least, most } = countsFor(amount, limits);
  return count < least || count > most ? { kind: 'countForAmount', least, most } : undefined;
}

/** Between how many shares an amount can be divided. */
export function countsFor(amount: number, limits: Limits): { least: number; most: number } {
  const over = amount % limits.maxShare;
  const least = (amount - over) / limits.maxShare + (over > 0 ? 1 : 0);
  return { least, most: Math.min(limits.maxCount, (amount - (amount % limits.minShare)) / limits.minShare) };
}

function uidsProblem(uids: string[]): Problem | undefined {
  if (uids.length === 0) return { kind: 'uidsMissing' };
  if (uids.length > mostUids || uids.some((uid) => !/^[1-9]\d{0,18}$/.test(uid))) return { kind: 'uidsWrong' };
  return undefined;
}

/** The server names fields by its own paths ("scope.uids[0]"); the page shows them at the control that they belong to. */
export function fieldOf(serverName: string): Field | undefined {
  const name = serverName.replace(/^\$\.?/, '').split(/[.[]/)[0]?.toLowerCase();
  if (name === 'amount' || name === 'count' || name === 'greeting' || name === 'scope') return name;
  return name === 'split' ? 'amount' : undefined;
}
