import type { CampaignRow, RoundRow } from 'hongbao-client';

/** Where a round is for the asking user: his own start is a little after the round's. */
export type Phase = 'coming' | 'open' | 'over';

/** A round's moments, Unix milliseconds. */
export interface RoundTimes {
  ownStart: number;
  endsAt: number;
}

/** How long a campaign is shown in the feed after its last round. */
export const afterglowMs = 3_600_000;

// Whoever is told to begin so late that the round is all but over begins with the round instead.
const leastMs = 5_000;

export function timesOf(round: RoundRow): RoundTimes {
  const endsAt = Date.parse(round.endsAt);
  const ownStart = Date.parse(round.yourStartAt);
  return { ownStart: ownStart > endsAt - leastMs ? Date.parse(round.startsAt) : ownStart, endsAt };
}

export function phaseOf(round: RoundRow, now: number): Phase {
  const { ownStart, endsAt } = timesOf(round);
  return now >= endsAt ? 'over' : now >= ownStart ? 'open' : 'coming';
}

/** The round that is on or comes next; none when all are over or the campaign was ended before. */
export function roundAt(campaign: CampaignRow, now: number): RoundRow | undefined {
  return campaign.status === 'ENDED' ? undefined : campaign.rounds.find((round) => phaseOf(round, now) !== 'over');
}

/** The round after this one, while there is something to wait for. */
export function roundAfter(campaign: CampaignRow, round: number, now: number): RoundRow | undefined {
  return campaign.status === 'ENDED' ? undefined : campaign.rounds.find((each) => each.round > round && phaseOf(each, now) !== 'over');
}

/** The campaign that the feed shows: whose round is on or comes first, else the one that ended last, for a while. */
export function shownCampaign(campaigns: CampaignRow[], now: number): CampaignRow | undefined {
  const start = (campaign: CampaignRow) => timesOf(roundAt(campaign, now)!).ownStart;
  const coming = campaigns.filter((each) => roundAt(each, now));
  if (coming.length > 0) return coming.reduce((first, each) => (start(each) < start(first) ? each : first));
  const end = (campaign: CampaignRow) => Math.max(...campaign.rounds.map((round) => timesOf(round).endsAt).filter((endsAt) => endsAt <= now));
  const past = campaigns.filter((each) => now - end(each) < afterglowMs);
  return past.length > 0 ? past.reduce((last, each) => (end(each) > end(last) ? each : last)) : undefined;
}
