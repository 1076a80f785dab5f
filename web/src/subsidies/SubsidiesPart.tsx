import { useRef } from 'preact/hooks';
import type { SubsidyList, SubsidyRow } from 'hongbao-client';
import { codeOf } from '../api/service';
import { serverClock } from '../countdown/serverClock';
import { moneyText } from '../money';
import { useCampaigns } from '../rain/useCampaigns';
import { go } from '../route';
import { RefreshIcon } from '../ui/icons';
import { Note } from '../ui/Note';
import type { Loaded } from '../ui/useLoad';
import { errorText, useLanguageTag, useWords } from '../words/language';
import { timeLeft, timeText } from '../words/time';
import { chooseSubsidy, packetOf } from './chosenSubsidy';
import { fundingOf, sortSubsidies, stateOfSubsidy } from './subsidies';
import './subsidies.css';

/** What campaigns gave the user: each can become a packet until its time is over. */
export function SubsidiesPart({ subsidies, uid }: { subsidies: Loaded<SubsidyList>; uid: string }) {
  const words = useWords();
  const { data, error, loading, reload } = subsidies;
  const now = serverClock.now();
  const rows = data && sortSubsidies(data.items, now);
  return (
    <>
      <div class="subsidies-head">
        <h2>{words.subsidy.title}</h2>
        <button type="button" class="round" aria-label={words.feed.refresh} data-testid="subsidies-refresh" onClick={reload}>
          <span class={loading ? 'subsidies-turning' : ''}>
            <RefreshIcon />
          </span>
        </button>
      </div>
      {data && data.degraded.length > 0 && (
        <p class="subsidies-degraded" role="status" data-testid="subsidies-degraded">
          {words.subsidy.degraded}
        </p>
      )}
      <ul class="me-list" aria-busy={loading}>
        {rows?.map((row) => <Row key={row.subsidyNo ?? row.token ?? ''} row={row} uid={uid} now={now} />)}
        {!rows && loading && Array.from({ length: 3 }, (_, index) => <li key={index} class="me-row me-row-waiting" />)}
      </ul>
      {Boolean(error) && (
        <Note title={words.me.failed} lead={errorText(words, codeOf(error))}>
          <button type="button" class="pill pill-line" onClick={reload}>
            {words.retry}
          </button>
        </Note>
      )}
      {rows?.length === 0 && !error && <Note title={words.subsidy.none} lead={words.subsidy.noneLead} />}
      <Rains />
    </>
  );
}

function Row({ row, uid, now }: { row: SubsidyRow; uid: string; now: number }) {
  const words = useWords();
  const tag = useLanguageTag();
  // Its packet is told by the service a moment after this page has sent it.
  const packetNo = row.packetNo ?? packetOf(uid, row);
  const state = packetNo ? 'used' : stateOfSubsidy(row, now);
  const left = timeLeft(row.expiresAt, words, now);
  const pressing = useRef(false);
  const send = () => {
    if (pressing.current) return;
    pressing.current = true;
    if (chooseSubsidy(uid, row)) go('/send/subsidy');
  };
  return (
    <li class={`me-row subsidy subsidy-${state}`} data-testid="subsidy-row" data-state={state}>
      <span class="subsidy-amount">{moneyText(row.amount, row.currency)}</span>
      <span class="me-row-words">
        <span class="me-row-title">{words.subsidy.state[state]}</span>
        <span class="me-row-small">{state === 'usable' && left ? words.subsidy.expiresIn(left) : words.subsidy.until(timeText(row.expiresAt, tag))}</span>
      </span>
      {state === 'usable' && fundingOf(row) && (
        <button type="button" class="subsidy-action subsidy-send" data-testid="subsidy-send" aria-label={words.subsidy.sendThis(moneyText(row.amount, row.currency))} onClick={send}>
          {words.subsidy.send}
        </button>
      )}
      {packetNo && (
        <a class="subsidy-action" href={`#/p/${packetNo}`} data-testid="subsidy-packet">
          {words.subsidy.seePacket}
        </a>
      )}
    </li>
  );
}

/** The rains of late: to go there, or to check them. */
function Rains() {
  const words = useWords();
  const { data } = useCampaigns();
  if (!data || data.length === 0) return null;
  return (
    <>
      <h2 class="me-title">{words.subsidy.rains}</h2>
      <ul class="me-list">
        {data.map((campaign) => (
          <li key={campaign.campaignId}>
            <a class="me-row subsidies-rain" href={`#/rain/${campaign.campaignId}`} data-testid="subsidies-rain">
              <span class="me-row-title">{campaign.name}</span>
              <span class="me-row-small">{words.campaignStatus[campaign.status as keyof typeof words.campaignStatus] ?? campaign.status}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
