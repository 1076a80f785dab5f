import type { FundingBody } from 'hongbao-client';
import { newContentId } from '../clip/contentId';
import { cameraScene } from '../send/cameraScene';
import { type Kept, tab } from '../storage';
import { fundingOf } from './subsidies';

/** The subsidy that a packet is being wrapped with. Its clip is chosen with it, so that sending the packet again is the same request. */
export interface ChosenSubsidy {
  funding: FundingBody;
  /** Minor units: the packet's amount. */
  amount: number;
  currency: string;
  expiresAt: string;
  contentId: string;
}

/** What a subsidy is told by: enough of its token to be its own, or its number. */
const nameOf = ({ token, subsidyNo }: { token?: string; subsidyNo?: string }) => token?.slice(-40) ?? subsidyNo ?? '';

const chosenKey = (uid: string) => `subsidy.${uid}`;
const sentKey = (uid: string) => `subsidiesSent.${uid}`;
const mostKept = 50;

/** Chooses a subsidy; false when there is nothing that proves it. Choosing the same one again keeps its clip. */
export function chooseSubsidy(
  uid: string,
  subsidy: { token?: string; subsidyNo?: string; amount: number; currency: string; expiresAt: string },
  kept: Kept = tab,
): boolean {
  const funding = fundingOf(subsidy);
  if (!funding) return false;
  const before = chosenSubsidy(uid, kept);
  const contentId = before && nameOf(before.funding) === nameOf(funding) ? before.contentId : newContentId(cameraScene.current);
  const { amount, currency, expiresAt } = subsidy;
  kept.set(chosenKey(uid), { funding, amount, currency, expiresAt, contentId } satisfies ChosenSubsidy);
  return true;
}

export function chosenSubsidy(uid: string, kept: Kept = tab): ChosenSubsidy | undefined {
  const chosen = kept.get(chosenKey(uid)) as ChosenSubsidy | undefined;
  return chosen && typeof chosen.amount === 'number' && typeof chosen.funding === 'object' ? chosen : undefined;
}

/** Remembers the packet that a subsidy became, and forgets that it was chosen. */
export function subsidySent(uid: string, { funding }: ChosenSubsidy, packetNo: string, kept: Kept = tab): void {
  kept.set(sentKey(uid), [...sent(uid, kept), [nameOf(funding), packetNo]].slice(-mostKept));
  kept.remove(chosenKey(uid));
}

/** The packet that this tab sent with a subsidy. */
export function packetOf(uid: string, subsidy: { token?: string; subsidyNo?: string }, kept: Kept = tab): string | undefined {
  return new Map(sent(uid, kept)).get(nameOf(subsidy));
}

function sent(uid: string, kept: Kept): [name: string, packetNo: string][] {
  const list = kept.get(sentKey(uid));
  return Array.isArray(list) ? (list as [string, string][]) : [];
}
