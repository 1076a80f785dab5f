import { useEffect } from 'preact/hooks';
import type { CampaignRow } from 'hongbao-client';
import { clockText, spanText } from '../countdown/leftTime';
import { serverClock } from '../countdown/serverClock';
import { useServerTime } from '../countdown/useServerTime';
import { useWords } from '../words/language';
import type { Words } from '../words/zh';
import { drawMemory } from './drawMemory';
import { phaseOf, roundAfter, roundAt, shownCampaign, timesOf } from './rounds';
import { useCampaigns } from './useCampaigns';
import './rainCard.css';

/** Tells in the feed of a rain that is coming, on, or just over; without one it is not there. */
export function RainCard({ uid, refreshed }: { uid: string; refreshed: number }) {
  const { data, reload } = useCampaigns();
  useEffect(() => {
    if (refreshed > 0) reload();
  }, [refreshed, reload]);
  const campaign = data && shownCampaign(data, serverClock.now());
  return campaign ? <Card campaign={campaign} uid={uid} /> : null;
}

function Card({ campaign, uid }: { campaign: CampaignRow; uid: string }) {
  const words = useWords();
  const now = useServerTime(nextMoment(campaign, serverClock.now()));
  const { state, text, leftMs } = cardWords(campaign, uid, now, words);
  const spoken = leftMs !== undefined && spanText(leftMs, words);
  return (
    <a class={`rain-card rain-card-${state}`} href={`#/rain/${campaign.campaignId}`} data-testid="rain-card" data-state={state} aria-label={[campaign.name, text, spoken].filter(Boolean).join(' ')}>
      <span class="rain-card-packets" aria-hidden="true">
        <span />
        <span />
        <span />
      </span>
      <span class="rain-card-words">
        <span class="rain-card-name">{campaign.name}</span>
        <span class="rain-card-text">
          {text}
          {leftMs !== undefined && <strong>{clockText(leftMs, words)}</strong>}
        </span>
      </span>
    </a>
  );
}

function nextMoment(campaign: CampaignRow, now: number): number | undefined {
  const round = roundAt(campaign, now);
  if (!round) return undefined;
  return phaseOf(round, now) === 'open' ? timesOf(round).endsAt : timesOf(round).ownStart;
}

interface CardWords {
  state: 'coming' | 'open' | 'drawn' | 'paused' | 'over';
  text: string;
  leftMs?: number;
}

function cardWords(campaign: CampaignRow, uid: string, now: number, words: Words): CardWords {
  const round = roundAt(campaign, now);
  if (!round) return { state: 'over', text: words.rain.cardOver };
  if (campaign.status === 'PAUSED') return { state: 'paused', text: words.rain.cardPaused };
  if (phaseOf(round, now) === 'coming') return { state: 'coming', text: words.rain.cardComing, leftMs: timesOf(round).ownStart - now };
  if (drawMemory(uid, campaign.campaignId, round.round).read() === undefined) return { state: 'open', text: words.rain.cardOpen };
  const next = roundAfter(campaign, round.round, now);
  return next ? { state: 'drawn', text: words.rain.cardNext, leftMs: timesOf(next).ownStart - now } : { state: 'drawn', text: words.rain.cardDrawn };
}
