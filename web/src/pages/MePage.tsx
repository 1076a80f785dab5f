import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { PacketDetail, ReceivedRow, SubsidyList, Totals } from 'hongbao-client';
import { service } from '../api/service';
import { serverClock } from '../countdown/serverClock';
import { moneyText } from '../money';
import { go, type MePart } from '../route';
import { leaveSession, type Session } from '../session';
import { SubsidiesPart } from '../subsidies/SubsidiesPart';
import { stateOfSubsidy } from '../subsidies/subsidies';
import { Avatar } from '../ui/Avatar';
import { LanguageSwitch } from '../ui/LanguageSwitch';
import { TicketIcon } from '../ui/icons';
import { PagedList } from '../ui/PagedList';
import { type Loaded, useLoad } from '../ui/useLoad';
import { type Page, type Pages, usePages } from '../ui/usePages';
import { WalletPart } from '../wallet/WalletPart';
import { textFor, useLanguageTag, useWords } from '../words/language';
import { timeText } from '../words/time';
import type { Words } from '../words/zh';
import { usePullToRefresh } from './usePullToRefresh';
import './mePage.css';

/** A page of a year's list, with the sums of the whole year. */
interface YearPage<T> extends Page<T> {
  totals: Totals;
}

const yearsBack = 4;
const totalText = ({ first, error }: Pages<YearPage<unknown>>) => (first ? moneyText(first.totals.amount) : error ? '—' : ' ');

/** What I received and sent in a year, and my wallet. */
export function MePage({ who, part }: { who: Session; part: MePart }) {
  const words = useWords();
  const thisYear = new Date().getFullYear();
  const [year, setYear] = useState(thisYear);
  const received = usePages(
    `received ${year}`,
    (cursor) => service.listReceived({ year, cursor }),
    (item) => item.claimNo,
  );
  const sent = usePages(
    `sent ${year}`,
    (cursor) => service.listSent({ year, cursor }),
    (item) => item.packetNo,
  );
  const wallet = useLoad('wallet', () => service.getWallet());
  const subsidies = useLoad('subsidies', () => service.listSubsidies());
  const whole = useRef<HTMLElement>(null);
  const pull = usePullToRefresh(whole, () => ({ received, sent, wallet, subsidies })[part].reload());

  return (
    <section class="me" ref={whole}>
      <header class="me-head">
        <Avatar uid={who.uid} name={who.name} src={who.avatar} />
        <div class="me-who">
          <h1>{who.name || words.me.title}</h1>
          <p>{who.uid && words.me.uid(who.uid)}</p>
        </div>
        <LanguageSwitch />
        {who.from === 'demo' && (
          <button type="button" class="language-switch" data-testid="switch-user" onClick={leaveSession}>
            {words.who.switchUser}
          </button>
        )}
      </header>
      <nav class="me-parts" aria-label={words.me.title}>
        <PartLink part="received" now={part} label={words.me.received}>
          <strong data-testid="received-total">{totalText(received)}</strong>
          <span>{received.first ? words.me.packets(received.first.totals.count) : ' '}</span>
        </PartLink>
        <PartLink part="sent" now={part} label={words.me.sent}>
          <strong data-testid="sent-total">{totalText(sent)}</strong>
          <span>{sent.first ? words.me.packets(sent.first.totals.count) : ' '}</span>
        </PartLink>
        <PartLink part="wallet" now={part} label={words.me.wallet}>
          <strong>{wallet.data ? moneyText(wallet.data.change, wallet.data.currency) : wallet.error ? '—' : ' '}</strong>
          <span>{words.me.change}</span>
        </PartLink>
        <a href="#/me/subsidies" class="me-subsidies" aria-current={part === 'subsidies' ? 'page' : undefined} data-testid="me-subsidies">
          <TicketIcon />
          <span>{words.subsidy.title}</span>
          <strong>{usableText(subsidies, words)}</strong>
        </a>
      </nav>
      {pull > 0 && (
        <p class="me-pull" aria-hidden="true">
          {pull >= 1 ? words.feed.release : words.feed.pull}
        </p>
      )}
      {(part === 'received' || part === 'sent') && (
        <div class="me-year">
          <label>
            <span class="sr">{words.me.year}</span>
            <select data-testid="year" value={String(year)} onChange={(event) => setYear(Number(event.currentTarget.value))}>
              {Array.from({ length: yearsBack + 1 }, (_, back) => thisYear - back).map((one) => (
                <option key={one} value={String(one)}>
                  {words.me.yearName(one)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      {part === 'received' && <ReceivedList pages={received} />}
      {part === 'sent' && <SentList pages={sent} />}
      {part === 'wallet' && <WalletPart wallet={wallet} uid={who.uid} />}
      {part === 'subsidies' && <SubsidiesPart subsidies={subsidies} uid={who.uid} />}
    </section>
  );
}

function usableText({ data, error }: Loaded<SubsidyList>, words: Words): string {
  if (!data) return error ? '—' : ' ';
  const usable = data.items.filter((each) => stateOfSubsidy(each, serverClock.now()) === 'usable').length;
  return usable > 0 ? words.subsidy.usable(usable) : '';
}

function PartLink({ part, now, label, children }: { part: MePart; now: MePart; label: string; children: ComponentChildren }) {
  return (
    <a href={`#/me/${part}`} aria-current={part === now ? 'page' : undefined} data-testid={`me-${part}`}>
      <span>{label}</span>
      {children}
    </a>
  );
}

function ReceivedList({ pages }: { pages: Pages<YearPage<ReceivedRow>> }) {
  const words = useWords();
  const tag = useLanguageTag();
  return (
    <PagedList pages={pages} empty={words.me.noReceived} action={{ href: '#/feed', text: words.me.goFeed }}>
      {pages.items.map((item) => {
        const name = item.senderName || item.sender;
        return (
          <li key={item.claimNo}>
            <button type="button" class="me-row" data-testid="received-row" onClick={() => go(`/p/${item.packetNo}`)}>
              <Avatar uid={item.sender} name={name} src={item.senderAvatar} size="s" />
              <span class="me-row-words">
                <span class="me-row-title">{item.greeting || words.packet.from(name)}</span>
                <span class="me-row-small">{`${name} · ${timeText(item.claimedAt, tag)}`}</span>
              </span>
              <span class="me-row-end">
                <span class="me-row-amount">{moneyText(item.amount)}</span>
                <span class="me-row-small">{item.status === 'TRANSFERRED' ? '' : textFor(words.receivedStatus, item.status)}</span>
              </span>
            </button>
          </li>
        );
      })}
    </PagedList>
  );
}

function SentList({ pages }: { pages: Pages<YearPage<PacketDetail>> }) {
  const words = useWords();
  const tag = useLanguageTag();
  return (
    <PagedList pages={pages} empty={words.me.noSent} action={{ href: '#/camera', text: words.me.goSend }}>
      {pages.items.map((item) => {
        // What is unpaid or unpublished is taken up where it was left.
        const unfinished = item.status === 'PENDING_PAYMENT' || (item.status === 'ACTIVE' && !item.contentId);
        return (
          <li key={item.packetNo}>
            <button type="button" class="me-row" data-testid="sent-row" onClick={() => go(unfinished ? `/publish/${item.packetNo}` : `/p/${item.packetNo}`)}>
              <span class="me-row-packet" aria-hidden="true" />
              <span class="me-row-words">
                <span class="me-row-title">{item.greeting || words.appName}</span>
                <span class="me-row-small">{`${timeText(item.createdAt, tag)} · ${item.claimedCount}/${item.count}`}</span>
              </span>
              <span class="me-row-end">
                <span class="me-row-amount">{moneyText(item.amount, item.currency)}</span>
                <span class={`me-row-small me-status-${item.status.toLowerCase()}`}>{textFor(words.packetStatus, item.status)}</span>
              </span>
            </button>
          </li>
        );
      })}
    </PagedList>
  );
}
