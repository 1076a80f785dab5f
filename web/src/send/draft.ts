import type { ConditionBody, ConditionKind, CreatePacketBody, LimitsAnswer, ScopeKind, SplitKind } from 'hongbao-client';
import { parseYuan } from '../money';
import { momentOf } from '../opening/opensAt';
import { type WordProblem, wordProblem } from '../opening/plainWord';
import type { ChosenSubsidy } from '../subsidies/chosenSubsidy';

/** A packet before it has a number; this page always gives a greeting. */
export interface NewPacket extends Omit<CreatePacketBody, 'requestId'> {
  greeting: string;
}

/** A subsidy that funds the packet: it gives the amount. */
export type GivenMoney = Pick<ChosenSubsidy, 'funding' | 'amount' | 'currency' | 'contentId'>;

/** What the service says about packets, as far as a draft is held to it. */
export type Limits = Pick<LimitsAnswer, 'currency' | 'maxCount' | 'minShare' | 'maxShare' | 'maxGreeting' | 'maxOpensAheadSeconds'>;

/** What the sender has typed so far. */
export interface Draft {
  amount: string;
  count: string;
  split: SplitKind;
  scope: ScopeKind;
  uids: string[];
  greeting: string;
  /** When it opens, a date and time as an input gives it; empty for at once. */
  opensAt: string;
  condition: ConditionKind;
  password: string;
  /** What is to be shared; empty for the packet's own video. */
  shared: string;
  /** The packet's own video: fixed with the draft, so that sending it again is the same request. */
  clip: string;
}

export type Field = 'amount' | 'count' | 'scope' | 'greeting' | Option;

/** What most senders leave alone. */
export type Option = 'opensAt' | 'condition' | 'password' | 'shared';

export const options: readonly Option[] = ['opensAt', 'condition', 'password', 'shared'];

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
  | { kind: 'uidsWrong' }
  | { kind: 'opensAtWrong' }
  | { kind: 'opensAtFar'; mostMs: number }
  | { kind: 'passwordMissing' }
  | WordProblem;

export type Problems = Partial<Record<Field, Problem>>;

export const defaultLimits: Limits = { currency: 'CNY', maxCount: 100, minShare: 1, maxShare: 20_000, maxGreeting: 64, maxOpensAheadSeconds: 604_800 };

const mostUids = 100;

/**
 * @param given the subsidy that funds it; then what is typed as the amount does not count.
 * @param now the service's time, Unix milliseconds.
 */
export function checkDraft(draft: Draft, limits: Limits, usualGreeting: string, given?: GivenMoney, now = Date.now()): { packet?: NewPacket; problems: Problems } {
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
  const opensAt = momentOf(draft.opensAt);
  if (draft.opensAt !== '') problems.opensAt = opensAtProblem(opensAt, limits, now);
  if (draft.condition === 'password') problems.password = draft.password === '' ? { kind: 'passwordMissing' } : wordProblem(draft.password);
  if (draft.condition === 'share') problems.shared = wordProblem(draft.shared.trim());

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
      ...(opensAt !== undefined && { opensAt: new Date(opensAt).toISOString() }),
      ...(draft.condition !== 'none' && { condition: conditionOf(draft) }),
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

/** What is past opens at once: a packet whose answer was lost can be sent again as it was. */
function opensAtProblem(opensAt: number | undefined, { maxOpensAheadSeconds }: Limits, now: number): Problem | undefined {
  if (opensAt === undefined || opensAt < 0) return { kind: 'opensAtWrong' };
  if (maxOpensAheadSeconds === undefined || opensAt <= now + maxOpensAheadSeconds * 1000) return undefined;
  return { kind: 'opensAtFar', mostMs: maxOpensAheadSeconds * 1000 };
}

function conditionOf({ condition: kind, password, shared, clip }: Draft): ConditionBody {
  if (kind === 'password') return { kind, password };
  // To follow nobody in particular is to follow the sender.
  return kind === 'share' ? { kind, contentId: shared.trim() || clip } : { kind };
}

/** The server names fields by its own paths ("scope.uids[0]"); the page shows them at the control that they belong to. */
export function fieldOf(serverName: string): Field | undefined {
  const [name, part] = serverName.replace(/^\$\.?/, '').toLowerCase().split(/[.[]/);
  if (name === 'amount' || name === 'count' || name === 'greeting' || name === 'scope') return name;
  if (name === 'opensat') return 'opensAt';
  if (name === 'condition') return part === 'password' ? 'password' : part === 'contentid' ? 'shared' : 'condition';
  return name === 'split' ? 'amount' : undefined;
}
