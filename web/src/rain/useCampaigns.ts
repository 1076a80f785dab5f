import { useEffect } from 'preact/hooks';
import type { CampaignRow } from 'hongbao-client';
import { service } from '../api/service';
import { serverClock } from '../countdown/serverClock';
import { rememberRoundHash } from '../seenHashes';
import { type Loaded, useLoad } from '../ui/useLoad';

const restMs = 45_000;

/** A round's secret is shown two seconds after its end, and everybody wants to know at once: each asks at a moment of his own, and again for a while. */
const afterRoundMs = 2_200;
const spreadMs = 3_000;
const eagerMs = 60_000;

async function listCampaigns(): Promise<CampaignRow[]> {
  const { items, serverTime } = await service.listCampaigns();
  serverClock.hear(serverTime);
  for (const { campaignId, rounds } of items) {
    for (const { round, secretHash, secret } of rounds) if (!secret) rememberRoundHash(campaignId, round, secretHash);
  }
  return items;
}

/** The campaigns; as long as there are any, looked at again now and then, after each round, and when the person comes back to the page. */
export function useCampaigns(): Loaded<CampaignRow[]> {
  const campaigns = useLoad('campaigns', listCampaigns);
  const { data, error, reload } = campaigns;
  useEffect(() => {
    const back = () => document.visibilityState === 'visible' && reload();
    document.addEventListener('visibilitychange', back);
    return () => document.removeEventListener('visibilitychange', back);
  }, [reload]);
  useEffect(() => {
    if (!data || data.length === 0) return;
    const timer = setTimeout(() => document.visibilityState === 'visible' && reload(), nextLookMs(data, serverClock.now()));
    return () => clearTimeout(timer);
    // After a look that failed too.
  }, [data, error, reload]);
  return campaigns;
}

function nextLookMs(campaigns: CampaignRow[], now: number): number {
  const ends = campaigns.flatMap(({ rounds }) => rounds.filter(({ secret }) => !secret).map((round) => Date.parse(round.endsAt) - now));
  const untilEnd = Math.min(...ends.filter((ms) => ms > -eagerMs).map((ms) => Math.max(ms, 0) + afterRoundMs));
  return Math.min(restMs * (1 + Math.random() / 2), untilEnd + Math.random() * spreadMs);
}
