import { useEffect, useRef, useState } from 'preact/hooks';
import type { ClaimRow, DrawAnswer, PacketDetail } from 'hongbao-client';
import { service } from '../api/service';
import { moneyText } from '../money';
import { CheckIcon, CloseIcon, ShieldIcon } from '../ui/icons';
import { prefersStillness } from '../ui/stillness';
import { useWords } from '../words/language';
import { checkDraw, type DrawVerdict } from './drawCheck';
import { seenSeedHash } from '../seenHashes';
import './drawCheck.css';

type Check = { draw: DrawAnswer; verdict: DrawVerdict } | 'running' | 'failed';

/** Computes the whole draw again in the page and says step by step whether it was fair. */
export function DrawCheck({ packet }: { packet: PacketDetail }) {
  const words = useWords();
  const [check, setCheck] = useState<Check>();
  const said = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button stands at the end of the screen; what it found comes below.
    if (check && check !== 'running') said.current?.scrollIntoView({ block: 'nearest', behavior: prefersStillness() ? 'auto' : 'smooth' });
  }, [check]);

  const run = async () => {
    if (check === 'running') return;
    setCheck('running');
    try {
      const [draw, claims] = await Promise.all([service.getPacketDraw(packet.packetNo), allClaims(packet.packetNo)]);
      setCheck({ draw, verdict: await checkDraw(draw, claims, seenSeedHash(packet.packetNo)) });
    } catch {
      setCheck('failed');
    }
  };

  return (
    <section class="check" aria-label={words.check.title}>
      <h3>
        <ShieldIcon /> {words.check.title}
      </h3>
      <p>{words.check.lead}</p>
      <dl class="check-codes">
        <dt>{words.check.hash}</dt>
        <dd>{packet.seedHash}</dd>
        {packet.seed && (
          <>
            <dt>{words.check.seed}</dt>
            <dd>{packet.seed}</dd>
          </>
        )}
      </dl>
      <button type="button" class="pill pill-line check-run" data-testid="draw-check" onClick={run} aria-disabled={check === 'running'}>
        {check === 'running' ? words.check.running : words.check.run}
      </button>
      <div ref={said} class="check-said" role="status">
        {check === 'failed' && <p class="check-verdict check-wrong">{words.check.failed}</p>}
        {typeof check === 'object' && <Verdict draw={check.draw} verdict={check.verdict} currency={packet.currency} />}
      </div>
    </section>
  );
}

function Verdict({ draw, verdict, currency }: { draw: DrawAnswer; verdict: DrawVerdict; currency: string | undefined }) {
  const words = useWords();
  return (
    <>
      <p class={`check-verdict check-${verdict.outcome}`} data-testid="draw-verdict" data-outcome={verdict.outcome}>
        {words.check[verdict.outcome]}
      </p>
      {verdict.steps.length > 0 && (
        <ul class="check-steps">
          {verdict.steps.map(({ step, right }) => (
            <li key={step} class={right ? 'check-step-right' : 'check-step-wrong'} data-step={step} data-right={right}>
              {right ? <CheckIcon /> : <CloseIcon />}
              <span>{words.check.steps[step]}</span>
              <span class="sr">{right ? words.check.right1 : words.check.wrong1}</span>
            </li>
          ))}
        </ul>
      )}
      {verdict.shares.length > 0 && (
        <details class="check-shares">
          <summary>{words.check.shares}</summary>
          <ol>
            {verdict.shares.map((share, index) => (
              <li key={index}>
                <span>{words.check.share(index + 1)}</span>
                <span>{moneyText(share, currency)}</span>
                <span>{shareMark(draw, index + 1, share, words.check.right1, words.check.wrong1)}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function shareMark(draw: DrawAnswer, seq: number, share: number, right: string, wrong: string): string {
  const drawn = draw.draws.find((row) => row.seq === seq);
  if (!drawn) return '—';
  return drawn.amount === share ? right : wrong;
}

async function allClaims(packetNo: string): Promise<ClaimRow[]> {
  const rows: ClaimRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await service.listClaims(packetNo, { cursor, limit: 100 });
    rows.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
