import { useEffect, useState } from 'preact/hooks';
import type { CampaignRow, RoundRow } from 'hongbao-client';
import { codeOf } from '../api/service';
import { clockText } from '../countdown/leftTime';
import { serverClock } from '../countdown/serverClock';
import { useServerTime } from '../countdown/useServerTime';
import { FairCheck } from '../rain/FairCheck';
import { phaseOf, roundAfter, roundAt, timesOf } from '../rain/rounds';
import { RoundView } from '../rain/RoundView';
import { useCampaigns } from '../rain/useCampaigns';
import { close } from '../route';
import { BackIcon } from '../ui/icons';
import { Note } from '../ui/Note';
import { errorText, useWords } from '../words/language';
import './rainPage.css';

/** A rain: waiting for it, opening one, what it brought, and whether it was fair. */
export function RainPage({ campaignId, uid }: { campaignId: string; uid: string }) {
  const words = useWords();
  const { data, error, loading, reload } = useCampaigns();
  const campaign = data?.find((each) => each.campaignId === campaignId);
  return (
    <section class="rain" aria-label={words.rain.title} data-testid="rain">
      <header class="rain-head">
        <button type="button" class="round" aria-label={words.back} data-testid="rain-back" onClick={() => close('/feed')}>
          <BackIcon />
        </button>
        <h1>{campaign?.name ?? words.rain.title}</h1>
      </header>
      {campaign && uid ? (
        <Campaign campaign={campaign} uid={uid} reload={reload} />
      ) : loading || (campaign && !uid) ? (
        <Note title={words.loading} />
      ) : data ? (
        <Note title={words.rain.gone} lead={words.rain.goneLead}>
          <a class="pill pill-gold" href="#/feed">
            {words.rain.toFeed}
          </a>
        </Note>
      ) : (
        <Note title={words.rain.failed} lead={errorText(words, codeOf(error))}>
          <button type="button" class="pill pill-gold" onClick={reload}>
            {words.retry}
          </button>
        </Note>
      )}
    </section>
  );
}

// So long before a round its countdown takes the place of what the one before brought.
const takeOverMs = 10_000;

function Campaign({ campaign, uid, reload }: { campaign: CampaignRow; uid: string; reload(): void }) {
  const words = useWords();
  const [chosen, setChosen] = useState<number>();
  const shown = roundOf(campaign, chosen, serverClock.now());
  const next = roundAfter(campaign, shown?.round ?? 0, serverClock.now());
  const now = useServerTime(momentOf(shown, next, serverClock.now()));

  // The round that is on stays when its time is over: there is a result to see. What was chosen a moment ago is not taken back.
  useEffect(() => {
    if (shown && phaseOf(shown, now) === 'open') setChosen((before) => before ?? shown.round);
  }, [shown, now]);
  const nextIsNear = next !== undefined && now >= timesOf(next).ownStart - takeOverMs;
  useEffect(() => {
    if (nextIsNear && next && (!shown || phaseOf(shown, now) === 'over')) setChosen(next.round);
  }, [nextIsNear, next, shown, now]);

  if (!shown) return <Note title={words.rain.noRounds} />;
  return (
    <>
      <RoundView
        key={shown.round}
        campaign={campaign}
        round={shown}
        phase={campaign.status === 'ENDED' ? 'over' : phaseOf(shown, now)}
        leftMs={timesOf(shown).ownStart - now}
        uid={uid}
        reload={reload}
        next={
          next && (
            <button type="button" class="rain-next" data-testid="rain-next" onClick={() => setChosen(next.round)}>
              {words.rain.nextRound} <strong>{clockText(timesOf(next).ownStart - now, words)}</strong>
            </button>
          )
        }
      />
      <FairCheck campaign={campaign} rounds={campaign.rounds.filter((round) => round.secret !== undefined || round.round === shown.round)} uid={uid} />
    </>
  );
}

function roundOf(campaign: CampaignRow, chosen: number | undefined, now: number): RoundRow | undefined {
  return campaign.rounds.find(({ round }) => round === chosen) ?? roundAt(campaign, now) ?? campaign.rounds.at(-1);
}

/** What is counted down to. */
function momentOf(shown: RoundRow | undefined, next: RoundRow | undefined, now: number): number | undefined {
  if (!shown) return undefined;
  const phase = phaseOf(shown, now);
  if (phase === 'over') return next && timesOf(next).ownStart;
  return phase === 'coming' ? timesOf(shown).ownStart : timesOf(shown).endsAt;
}
