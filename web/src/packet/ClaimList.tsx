import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ClaimRow, PacketDetail } from 'hongbao-client';
import { service } from '../api/service';
import { moneyText } from '../money';
import { Avatar } from '../ui/Avatar';
import { CrownIcon } from '../ui/icons';
import { usePages } from '../ui/usePages';
import { useLanguageTag, useWords } from '../words/language';
import { timeText } from '../words/time';
import './claimList.css';

/** Who got what. */
export function ClaimList({ packet, uid, summary }: { packet: PacketDetail; uid: string; summary: ComponentChildren }) {
  const words = useWords();
  const claims = usePages(
    packet.packetNo,
    (cursor) => service.listClaims(packet.packetNo, { cursor }),
    (row) => row.claimNo,
  );
  const { reload } = claims;
  const seen = useRef(`${packet.claimedCount} ${packet.status}`);
  useEffect(() => {
    const now = `${packet.claimedCount} ${packet.status}`;
    if (seen.current !== now) reload();
    seen.current = now;
  }, [packet.claimedCount, packet.status, reload]);

  return (
    <section class="claims" aria-label={words.packet.claims}>
      <div class="claims-summary">{summary}</div>
      <ol>
        {claims.items.map((row) => (
          <Row key={row.claimNo} row={row} mine={row.uid === uid} currency={packet.currency} />
        ))}
        {claims.items.length === 0 && claims.loading && Array.from({ length: Math.min(packet.claimedCount, 5) }, (_, i) => <li key={i} class="claim-row" />)}
      </ol>
      {claims.items.length === 0 && !claims.loading && !claims.error && <p class="claims-none">{words.packet.noClaims}</p>}
      {Boolean(claims.error) && (
        <button type="button" class="result-link claims-more" onClick={claims.reload}>
          {words.retry}
        </button>
      )}
      {claims.hasMore && (
        <button type="button" class="result-link claims-more" onClick={claims.loadMore} aria-disabled={claims.loading}>
          {words.more}
        </button>
      )}
    </section>
  );
}

function Row({ row, mine, currency }: { row: ClaimRow; mine: boolean; currency: string | undefined }) {
  const words = useWords();
  const tag = useLanguageTag();
  const name = row.name || row.uid;
  return (
    <li class="claim-row" data-testid="claim-row" data-seq={row.seq}>
      <Avatar uid={row.uid} name={name} src={row.avatar} size="s" />
      <div class="claim-who">
        <p class="claim-name">{mine ? `${name} · ${words.packet.you}` : name}</p>
        <p class="claim-time">{timeText(row.claimedAt, tag)}</p>
      </div>
      <div class="claim-what">
        <p class="claim-amount">{moneyText(row.amount, currency)}</p>
        {row.luckiest && (
          <p class="claim-luckiest" data-testid="claim-luckiest">
            <CrownIcon /> {words.packet.luckiest}
          </p>
        )}
      </div>
    </li>
  );
}
