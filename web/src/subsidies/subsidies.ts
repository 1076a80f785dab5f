import type { FundingBody, SubsidyRow } from 'hongbao-client';

/** What a user can still do with a subsidy. Whether it is stored already makes no difference to him. */
export type SubsidyState = 'usable' | 'used' | 'expired';

export function stateOfSubsidy(subsidy: SubsidyRow, now: number): SubsidyState {
  if (subsidy.status === 'USED') return 'used';
  if (subsidy.status === 'EXPIRED' || Date.parse(subsidy.expiresAt) <= now) return 'expired';
  return 'usable';
}

const order: SubsidyState[] = ['usable', 'used', 'expired'];

/** Those that can be used first, the soonest to expire before the others; then the used ones and the expired ones, the latest first. */
export function sortSubsidies(subsidies: SubsidyRow[], now: number): SubsidyRow[] {
  const sorted = [...subsidies];
  sorted.sort((a, b) => {
    const states = [a, b].map((each) => stateOfSubsidy(each, now));
    const byState = order.indexOf(states[0]!) - order.indexOf(states[1]!);
    const byEnd = Date.parse(a.expiresAt) - Date.parse(b.expiresAt);
    return byState || (states[0] === 'usable' ? byEnd : -byEnd);
  });
  return sorted;
}

/** By its token as long as there is one, so that every packet with it is the same request; by its number when the campaign does not answer. */
export function fundingOf(subsidy: { token?: string; subsidyNo?: string }): FundingBody | undefined {
  if (subsidy.token) return { kind: 'subsidy', token: subsidy.token };
  return subsidy.subsidyNo ? { kind: 'subsidy', subsidyNo: subsidy.subsidyNo } : undefined;
}
