import { useEffect, useRef, useState } from 'preact/hooks';
import type { PacketDetail, PacketPage } from 'hongbao-client';
import { codeOf, service } from '../api/service';
import { Clip } from '../clip/Clip';
import { useLeftMs } from '../countdown/useServerTime';
import { hearTimeOf, openingOf } from '../opening/opensAt';
import { forgetFresh, freshPackets } from '../packet/freshPackets';
import { RainCard } from '../rain/RainCard';
import { go } from '../route';
import { Avatar } from '../ui/Avatar';
import { RefreshIcon } from '../ui/icons';
import { Note } from '../ui/Note';
import { Pendant } from '../ui/Pendant';
import { usePages } from '../ui/usePages';
import { useValue } from '../value';
import { errorText, useLanguageTag, useWords } from '../words/language';
import { timeText } from '../words/time';
import type { Words } from '../words/zh';
import { usePullToRefresh } from './usePullToRefresh';
import './feedPage.css';

async function listPackets(cursor?: string): Promise<PacketPage> {
  const page = await service.listPackets({ limit: 8, cursor });
  hearTimeOf(page.items);
  return page;
}

/** Videos one above the other, each with its red packet. */
export function FeedPage({ uid, resting }: { uid: string; resting: boolean }) {
  const words = useWords();
  const fresh = useValue(freshPackets);
  const feed = usePages('feed', listPackets, (packet) => packet.packetNo);
  const list = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const [refreshed, setRefreshed] = useState(0);
  const refresh = () => {
    forgetFresh();
    feed.reload();
    setRefreshed((times) => times + 1);
    list.current?.scrollTo({ top: 0 });
  };
  const pull = usePullToRefresh(list, refresh);

  const { loadMore } = feed;
  useEffect(() => {
    if (at >= feed.items.length - 3) loadMore();
  }, [at, feed.items.length, loadMore]);

  const onScroll = (event: Event) => {
    const { scrollTop, clientHeight } = event.currentTarget as HTMLElement;
    if (clientHeight > 0) setAt(Math.round(scrollTop / clientHeight));
  };

  return (
    <section class="feed" aria-label={words.feed.title}>
      <h1 class="sr">{words.feed.title}</h1>
      <div class="feed-list" ref={list} role="feed" aria-busy={feed.loading} tabIndex={0} aria-label={words.feed.title} onScroll={onScroll}>
        {feed.items.map((packet, index) => (
          <FeedItem
            key={packet.packetNo}
            packet={fresh.get(packet.packetNo) ?? packet}
            position={index + 1}
            total={feed.hasMore ? -1 : feed.items.length}
            near={Math.abs(index - at) <= 1}
            playing={index === at && !resting}
          />
        ))}
        {feed.items.length === 0 && (
          <div class="feed-item feed-blank">
            <Blank loading={feed.loading} error={feed.error} retry={feed.reload} />
          </div>
        )}
        {feed.items.length > 0 && !feed.hasMore && !feed.loading && (
          <div class="feed-end">
            <a href="#/camera">{words.feed.end}</a>
          </div>
        )}
      </div>
      <RainCard uid={uid} refreshed={refreshed} />
      <button type="button" class="round feed-refresh" aria-label={words.feed.refresh} data-testid="feed-refresh" onClick={refresh}>
        <span class={feed.loading ? 'feed-turning' : ''}>
          <RefreshIcon />
        </span>
      </button>
      {pull > 0 && (
        <p class="feed-pull" aria-hidden="true">
          {pull >= 1 ? words.feed.release : words.feed.pull}
        </p>
      )}
    </section>
  );
}

interface FeedItemProps {
  packet: PacketDetail;
  position: number;
  total: number;
  near: boolean;
  playing: boolean;
}

function FeedItem({ packet, position, total, near, playing }: FeedItemProps) {
  const words = useWords();
  const name = packet.senderName || packet.sender;
  const tag = useLanguageTag();
  const openable = packet.status === 'ACTIVE' && packet.remainingCount > 0 && !packet.myClaim;
  const waits = useLeftMs(openable ? openingOf(packet) : undefined) > 0;
  const opens = timeText(packet.opensAt ?? packet.createdAt, tag);
  const state = waits ? words.feed.opensAt(opens) : stateText(packet, words);
  return (
    <article class="feed-item" data-testid="feed-item" data-packet-no={packet.packetNo} aria-posinset={position} aria-setsize={total} aria-label={words.packet.from(name)}>
      {near && <Clip contentId={packet.contentId ?? packet.packetNo} playing={playing} />}
      <div class="feed-shade" />
      <button
        type="button"
        class="feed-packet"
        data-testid="feed-packet-button"
        aria-label={words.feed.packetLabel(name, state)}
        onClick={() => go(`/p/${packet.packetNo}`)}
      >
        <Pendant label={waits ? words.feed.soon : openable ? words.feed.open : state} tired={!openable} />
        <span class="feed-left">{waits ? opens : openable ? words.feed.left(packet.remainingCount) : ''}</span>
      </button>
      <div class="feed-words">
        <Avatar uid={packet.sender} name={name} src={packet.senderAvatar} size="s" />
        <div>
          <p class="feed-name">{name}</p>
          <p class="feed-greeting">{packet.greeting}</p>
        </div>
      </div>
    </article>
  );
}

function Blank({ loading, error, retry }: { loading: boolean; error: unknown; retry(): void }) {
  const words = useWords();
  if (loading) return <Note title={words.loading} />;
  if (error) {
    return (
      <Note title={words.feed.failed} lead={errorText(words, codeOf(error))}>
        <button type="button" class="pill pill-gold" onClick={retry}>
          {words.retry}
        </button>
      </Note>
    );
  }
  return (
    <Note title={words.feed.empty} lead={words.feed.emptyLead}>
      <a class="pill pill-gold" href="#/camera">
        {words.feed.emptyAction}
      </a>
    </Note>
  );
}

function stateText(packet: PacketDetail, words: Words): string {
  if (packet.myClaim) return words.feed.mine;
  if (packet.status === 'ACTIVE' && packet.remainingCount > 0) return words.feed.left(packet.remainingCount);
  return packet.status === 'EXHAUSTED' || packet.claimedCount === packet.count ? words.feed.exhausted : words.feed.over;
}
