import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { PacketDetail, ReceivedRow, Totals, WalletAnswer } from 'hongbao-client';
import { codeOf, service } from '../api/service';
import { moneyText, signedMoneyText } from '../money';
import { go, type MePart } from '../route';
import { leaveSession, type Session } from '../session';
import { Avatar } from '../ui/Avatar';
import { LanguageSwitch } from '../ui/LanguageSwitch';
import { Note } from '../ui/Note';
import { type Loaded, useLoad } from '../ui/useLoad';
import { type Page, type Pages, usePages } from '../ui/usePages';
import { errorText, textFor, useLanguageTag, useWords } from '../words/language';
import { timeText } from '../words/time';
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

  return (
    <section class="me">
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
      </nav>
      {part !== 'wallet' && (
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
      {part === 'wallet' && <WalletPart wallet={wallet} />}
    </section>
  );
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
    <List pages={pages} empty={words.me.noReceived} action={{ href: '#/feed', text: words.me.goFeed }}>
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
                <span class="me-row-small">{item.status === 'TRANSFERRED' ? '' : textFor(words.claimStatus, item.status)}</span>
              </span>
            </button>
          </li>
        );
      })}
    </List>
  );
}

function SentList({ pages }: { pages: Pages<YearPage<PacketDetail>> }) {
  const words = useWords();
  const tag = useLanguageTag();
  return (
    <List pages={pages} empty={words.me.noSent} action={{ href: '#/camera', text: words.me.goSend }}>
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
    </List>
  );
}

function WalletPart({ wallet }: { wallet: Loaded<WalletAnswer> }) {
  const words = useWords();
  const tag = useLanguageTag();
  const entries = usePages('entries', (cursor) => service.listWalletEntries({ cursor }), (entry) => entry.entryNo);
  const kinds = words.entryKind as Record<string, string>;
  const currency = wallet.data?.currency;
  const reloadBoth = () => {
    wallet.reload();
    entries.reload();
  };
  return (
    <>
      <div class="wallet">
        <div>
          <h2>{words.me.change}</h2>
          <p class="wallet-amount" data-testid="wallet-change">
            {wallet.data ? moneyText(wallet.data.change, currency) : ' '}
          </p>
          <p class="wallet-note">{words.me.changeNote}</p>
        </div>
        <div>
          <h2>{words.me.reward}</h2>
          <p class="wallet-amount" data-testid="wallet-reward">
            {wallet.data ? moneyText(wallet.data.reward, currency) : ' '}
          </p>
          <p class="wallet-note">{words.me.rewardNote}</p>
        </div>
      </div>
      <h2 class="me-title">{words.me.entries}</h2>
      <List pages={{ ...entries, error: entries.error ?? wallet.error, reload: reloadBoth }} empty={words.me.noEntries}>
        {entries.items.map((entry) => (
          <li key={entry.entryNo} class="me-row" data-testid="wallet-entry">
            <span class="me-row-words">
              <span class="me-row-title">{kinds[entry.kind] ?? words.entryKind.other}</span>
              <span class="me-row-small">{timeText(entry.at, tag)}</span>
            </span>
            <span class="me-row-end">
              <span class={`me-row-amount ${entry.amount > 0 ? 'me-row-in' : ''}`}>{signedMoneyText(entry.amount, currency)}</span>
              <span class="me-row-small">{words.me.balance(moneyText(entry.balance, currency))}</span>
            </span>
          </li>
        ))}
      </List>
    </>
  );
}

interface ListProps {
  pages: Pages<Page<unknown>>;
  empty: string;
  action?: { href: string; text: string };
  children: ComponentChildren;
}

function List({ pages, empty, action, children }: ListProps) {
  const words = useWords();
  const none = pages.items.length === 0;
  return (
    <>
      <ul class="me-list" aria-busy={pages.loading}>
        {children}
        {none && pages.loading && Array.from({ length: 4 }, (_, index) => <li key={index} class="me-row me-row-waiting" />)}
      </ul>
      {Boolean(pages.error) && (
        <Note title={words.me.failed} lead={errorText(words, codeOf(pages.error))}>
          <button type="button" class="pill pill-line" onClick={pages.reload}>
            {words.retry}
          </button>
        </Note>
      )}
      {none && !pages.loading && !pages.error && (
        <Note title={empty}>
          {action && (
            <a class="pill pill-line" href={action.href}>
              {action.text}
            </a>
          )}
        </Note>
      )}
      {pages.hasMore && (
        <button type="button" class="me-more" data-testid="load-more" aria-disabled={pages.loading} onClick={pages.loadMore}>
          {words.more}
        </button>
      )}
    </>
  );
}
