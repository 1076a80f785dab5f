import { useState } from 'preact/hooks';
import type { CampaignRow, RoundRow } from 'hongbao-client';
import { moneyText } from '../money';
import { seenRoundHash } from '../seenHashes';
import { CheckIcon, CloseIcon, ShieldIcon } from '../ui/icons';
import { useLanguageTag, useWords } from '../words/language';
import { clockText } from '../words/time';
import { drawMemory } from './drawMemory';
import { checkRound, places, type RoundVerdict } from './fairness';
import '../packet/drawCheck.css';

/** Shows what was promised before each round, and computes in the page whether it was kept. */
export function FairCheck({ campaign, rounds, uid }: { campaign: CampaignRow; rounds: RoundRow[]; uid: string }) {
  const words = useWords();
  return (
    <section class="check rain-fair" aria-label={words.fair.title}>
      <h3>
        <ShieldIcon /> {words.fair.title}
      </h3>
      <p>{words.fair.lead}</p>
      {rounds.map((round) => (
        <RoundCheck key={`${round.round} ${round.secret}`} campaign={campaign} round={round} uid={uid} />
      ))}
    </section>
  );
}

function RoundCheck({ campaign, round, uid }: { campaign: CampaignRow; round: RoundRow; uid: string }) {
  const { campaignId, currency, prizes = [] } = campaign;
  const words = useWords();
  const tag = useLanguageTag();
  const [verdict, setVerdict] = useState<RoundVerdict>();
  const run = async () => setVerdict(await checkRound(campaign, round, uid, seenRoundHash(campaignId, round.round)));
  const count = (n: number) => new Intl.NumberFormat(tag).format(n);
  const aim = verdict?.prize === undefined ? undefined : prizes[verdict.prize];
  const drawn = drawMemory(uid, campaignId, round.round).read();
  return (
    <div class="rain-fair-round" data-testid="fair-round" data-round={round.round}>
      <h4>{words.fair.round(round.round, clockText(round.startsAt, tag))}</h4>
      <dl class="check-codes">
        <dt>{words.fair.hash}</dt>
        <dd>{round.secretHash}</dd>
        {round.secret && (
          <>
            <dt>{words.fair.secret}</dt>
            <dd data-testid="fair-secret">{round.secret}</dd>
          </>
        )}
      </dl>
      {round.secret ? (
        <button type="button" class="pill pill-line check-run" data-testid="fair-check" onClick={run}>
          {words.check.run}
        </button>
      ) : (
        <p class="rain-fair-note">{words.fair.notRevealed}</p>
      )}
      <div class="check-said" role="status">
        {verdict && (
          <>
            <p class={`check-verdict check-${verdict.outcome}`} data-testid="fair-verdict" data-outcome={verdict.outcome}>
              {verdict.outcome === 'unsupported' ? words.check.unsupported : words.fair[verdict.outcome]}
            </p>
            <ul class="check-steps">
              {verdict.steps.map(({ step, right }) => (
                <li key={step} class={right ? 'check-step-right' : 'check-step-wrong'} data-step={step} data-right={right}>
                  {right ? <CheckIcon /> : <CloseIcon />}
                  <span>{words.fair.steps[step]}</span>
                  <span class="sr">{right ? words.check.right1 : words.check.wrong1}</span>
                </li>
              ))}
            </ul>
            {verdict.place !== undefined && (
              <>
                <p data-testid="fair-place">{words.fair.place(count(verdict.place + 1), count(places))}</p>
                <p data-testid="fair-aim">{aim ? words.fair.aim(moneyText(aim.amount, currency)) : words.fair.aimNothing}</p>
                <p class="rain-fair-note">
                  {drawn === 'won' || drawn === 'lost' ? `${words.fair[drawn]} ` : ''}
                  {words.fair.placeLead}
                </p>
              </>
            )}
          </>
        )}
      </div>
    </div>
  );
}
