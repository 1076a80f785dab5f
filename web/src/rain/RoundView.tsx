import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CampaignRow, RoundRow } from 'hongbao-client';
import { service } from '../api/service';
import { clockText, spanText } from '../countdown/leftTime';
import { serverClock } from '../countdown/serverClock';
import { moneyText } from '../money';
import { GoldLeaves } from '../packet/GoldLeaves';
import { rainCondition } from '../opening/conditionText';
import { passwordRefusal } from '../opening/refusal';
import { go } from '../route';
import { chooseSubsidy, packetOf } from '../subsidies/chosenSubsidy';
import { prefersStillness } from '../ui/stillness';
import { useValue } from '../value';
import { errorText, useLanguageTag, useWords } from '../words/language';
import { timeText } from '../words/time';
import type { Words } from '../words/zh';
import { askDraw } from './askDraw';
import { drawMemory } from './drawMemory';
import { PasswordAhead, PasswordForm, useRainPassword } from './RainPassword';
import { rainPasswords } from './rainPasswords';
import { RainSky } from './RainSky';
import { type DrawState, RoundDraw, type Win } from './roundDraw';
import { type Phase, timesOf } from './rounds';

interface RoundViewProps {
  campaign: CampaignRow;
  round: RoundRow;
  phase: Phase;
  /** Until the user's own start. */
  leftMs: number;
  uid: string;
  /** The way to the next round, while there is one. */
  next: ComponentChildren;
  reload(): void;
}

/** How long packets fall, and how long opening one takes at least, for the eye. */
const rainMs = 15_000;
const shortestOpeningMs = 900;

/** One round: its countdown, its rain, what it brought. */
export function RoundView({ campaign, round, phase, leftMs, uid, next, reload }: RoundViewProps) {
  const words = useWords();
  const draw = useRoundDraw(campaign, round, uid);
  const state = useValue(draw.state);
  const screen = screenOf(campaign, phase, state);
  const password = useRainPassword(uid, campaign.campaignId);
  const needsPassword = campaign.condition?.kind === 'password' && password === undefined && state.stage !== 'asking';

  // Why a draw was refused is known by the campaign as it is now.
  useEffect(() => {
    if (state.stage === 'refused') reload();
  }, [state.stage, reload]);

  return (
    <div class="rain-stage" data-testid="rain-stage" data-stage={screen}>
      <p class="sr" aria-live="polite" data-testid="rain-said">
        {screen === 'rain' && needsPassword ? words.rain.passwordFirst : said(screen, state, leftMs, words)}
      </p>
      {screen === 'coming' && <Coming leftMs={leftMs} campaign={campaign} round={round} uid={uid} />}
      {screen === 'rain' && (
        <Rain
          state={state}
          problem={state.stage === 'failed' || state.stage === 'refused' ? problemText(state.code, campaign, words) : undefined}
          needsPassword={needsPassword}
          onSay={(typed) => {
            rainPasswords.say(uid, campaign.campaignId, typed);
            draw.draw();
          }}
          onOpen={() => draw.draw()}
        />
      )}
      {screen === 'won' && state.stage === 'won' && <Won win={state.win} fresh={state.fresh} uid={uid} next={next} />}
      {screen === 'lost' && (
        <Said title={words.rain.lost} lead={next ? words.rain.lostLead : words.rain.lostLast} next={next}>
          <a class="pill pill-line" href="#/feed">
            {words.rain.toFeed}
          </a>
        </Said>
      )}
      {screen === 'asked' && <Said title={words.rain.opening} />}
      {screen === 'paused' && (
        <Said title={words.rain.paused} lead={words.rain.pausedLead}>
          <button type="button" class="pill pill-gold" onClick={reload}>
            {words.rain.lookAgain}
          </button>
        </Said>
      )}
      {screen === 'over' && (
        <Said title={words.rain.over} lead={state.stage === 'refused' ? words.rain.overAsked : words.rain.overLead} next={next}>
          <a class="pill pill-line" href="#/me/subsidies">
            {words.subsidy.seeMine}
          </a>
        </Said>
      )}
      {screen === 'locked' && (
        <Said title={words.rain.locked} lead={words.rain.lockedLead}>
          <a class="pill pill-line" href="#/feed">
            {words.rain.toFeed}
          </a>
        </Said>
      )}
      {screen === 'failed' && (state.stage === 'failed' || state.stage === 'refused') && (
        <Said title={words.rain.unanswered} lead={problemText(state.code, campaign, words)}>
          <button type="button" class="pill pill-gold" data-testid="rain-again" onClick={() => draw.draw()}>
            {words.retry}
          </button>
        </Said>
      )}
    </div>
  );
}

type Screen = 'coming' | 'rain' | 'won' | 'lost' | 'asked' | 'locked' | 'paused' | 'over' | 'failed';

/** What was drawn counts before everything else. */
function screenOf(campaign: CampaignRow, phase: Phase, state: DrawState): Screen {
  if (state.stage === 'won' || state.stage === 'lost') return state.stage;
  // What was asked before the page was loaded again is waited for without another rain.
  if (state.stage === 'asking' && !(state.fresh && phase === 'open')) return 'asked';
  if (state.stage === 'locked' && phase !== 'over') return 'locked';
  if (phase === 'open') return campaign.status === 'PAUSED' && state.stage !== 'asking' ? 'paused' : 'rain';
  if (state.stage === 'failed') return 'failed';
  if (phase === 'over') return 'over';
  return campaign.status === 'PAUSED' ? 'paused' : 'coming';
}

/** Why nothing came of a draw; what the campaign asks of everybody is told by what it is. */
function problemText(code: string, { condition }: CampaignRow, words: Words): string {
  if (code === 'NOT_IN_SCOPE' && condition?.kind === 'follow') return words.rain.notFollowing;
  if (code === 'NOT_IN_SCOPE' && condition?.kind === 'share') return words.rain.notShared;
  return errorText(words, code);
}

function said(screen: Screen, state: DrawState, leftMs: number, words: Words): string {
  switch (screen) {
    case 'coming':
      return leftMs < 10_000 ? words.rain.nearlyThere : words.rain.startsIn(spanText(leftMs, words));
    case 'rain':
      if (state.stage === 'asking') return state.line > 0 ? words.rain.line : words.rain.opening;
      return state.stage === 'ready' ? words.rain.begun : '';
    case 'won':
      return state.stage === 'won' ? words.rain.wonSaid(moneyText(state.win.amount, state.win.currency)) : '';
    case 'lost':
      return words.rain.lost;
    default:
      return '';
  }
}

function useRoundDraw(campaign: CampaignRow, round: RoundRow, uid: string): RoundDraw {
  const gone = useRef(new AbortController());
  const [draw] = useState(() => {
    const left = () => timesOf(round).endsAt - serverClock.now();
    const { campaignId } = campaign;
    const ask = askDraw(service, campaignId, round.round, left, () => gone.current.signal, () => rainPasswords.of(uid, campaignId));
    const memory = drawMemory(uid, campaignId, round.round);
    const forgetRefused = (error: unknown) => {
      if (passwordRefusal(error)) rainPasswords.forget(uid, campaignId);
      throw error;
    };
    return new RoundDraw((onLine) => slowly(ask(onLine), memory.read() !== 'won' && !prefersStillness()).catch(forgetRefused), memory);
  });
  useEffect(() => {
    gone.current = new AbortController();
    draw.resume();
    return () => gone.current.abort();
  }, [draw]);
  return draw;
}

async function slowly<T>(answer: Promise<T>, slow: boolean): Promise<T> {
  const [given] = await Promise.all([answer, slow ? new Promise((resolve) => setTimeout(resolve, shortestOpeningMs)) : undefined]);
  return given;
}

function Coming({ leftMs, campaign, round, uid }: { leftMs: number; campaign: CampaignRow; round: RoundRow; uid: string }) {
  const words = useWords();
  const condition = rainCondition(campaign, words);
  return (
    <div class="rain-coming">
      <p class="rain-lead">{words.rain.untilStart}</p>
      <p class="rain-clock" role="timer" aria-live="off" data-testid="rain-clock">
        {clockText(leftMs, words)}
      </p>
      {condition && (
        <p class="rain-lead" data-testid="rain-condition">
          {condition}
        </p>
      )}
      {campaign.condition?.kind === 'password' && <PasswordAhead uid={uid} campaignId={campaign.campaignId} />}
      <p class="rain-lead">{words.rain.howTo}</p>
      {timesOf(round).ownStart > Date.parse(round.startsAt) && <p class="rain-small">{words.rain.ownStart}</p>}
    </div>
  );
}

interface RainProps {
  state: DrawState;
  /** Why nothing came of the last draw. */
  problem: string | undefined;
  needsPassword: boolean;
  onSay(password: string): void;
  onOpen(): void;
}

function Rain({ state, problem, needsPassword, onSay, onOpen }: RainProps) {
  const words = useWords();
  const [raining, setRaining] = useState(true);
  const button = useRef<HTMLButtonElement>(null);
  const hand = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => setRaining(false), rainMs);
    // Whoever waited finds the button under his hand, but nobody is torn away from where he is.
    if (document.activeElement === document.body) button.current?.focus({ preventScroll: true });
    return () => clearTimeout(timer);
  }, []);
  const still = prefersStillness();
  const asking = state.stage === 'asking';
  const hit = () => (needsPassword ? hand.current?.querySelector('input')?.focus({ preventScroll: true }) : onOpen());
  const tip = () => {
    if (problem) return problem;
    if (asking) return state.line > 0 ? words.rain.line : words.rain.opening;
    if (needsPassword) return words.rain.passwordFirst;
    return still ? words.rain.press : raining ? words.rain.tap : words.rain.stillOpen;
  };
  return (
    <>
      {!still && <RainSky raining={raining} onHit={hit} />}
      <div ref={hand} class="rain-hand">
        {still && <span class="rain-packet" aria-hidden="true" />}
        <p class="rain-tip" role={problem ? 'alert' : undefined} data-testid="rain-tip">
          {tip()}
        </p>
        {needsPassword ? (
          <PasswordForm focuses action={words.rain.openOne} problem={state.stage === 'password' ? wrongText(state.triesLeft, words) : undefined} onSay={onSay} />
        ) : (
          <button ref={button} type="button" class="pill pill-gold rain-open" data-testid="rain-open" aria-disabled={asking} onClick={onOpen}>
            {problem ? words.retry : words.rain.openOne}
          </button>
        )}
      </div>
    </>
  );
}

/** Nothing when none was said: after a reload the page has forgotten it. */
function wrongText(triesLeft: number | undefined, words: Words): string | undefined {
  return triesLeft === undefined ? undefined : words.opening.wrongLeft(triesLeft);
}

function Won({ win, fresh, uid, next }: { win: Win; fresh: boolean; uid: string; next: ComponentChildren }) {
  const words = useWords();
  const tag = useLanguageTag();
  const sent = packetOf(uid, win);
  const expired = Date.parse(win.expiresAt) <= serverClock.now();
  const send = () => {
    if (chooseSubsidy(uid, win)) go('/send/subsidy');
  };
  return (
    <>
      <div class="rain-won">
        <p class="rain-lead">{words.rain.won}</p>
        <Focused class="rain-amount" testId="rain-amount">
          {moneyText(win.amount, win.currency)}
        </Focused>
        <p class="rain-lead">{sent ? words.rain.sent : expired ? words.rain.expired : words.rain.wonLead(timeText(win.expiresAt, tag))}</p>
        {sent ? (
          <a class="pill pill-gold" href={`#/p/${sent}`} data-testid="rain-packet">
            {words.subsidy.seePacket}
          </a>
        ) : (
          !expired && (
            <button type="button" class="pill pill-gold" data-testid="rain-send" onClick={send}>
              {words.rain.send}
            </button>
          )
        )}
        <a class="rain-later" href="#/me/subsidies" data-testid="rain-later">
          {sent || expired ? words.subsidy.seeMine : words.rain.later}
        </a>
        {next}
      </div>
      {fresh && <GoldLeaves />}
    </>
  );
}

function Said({ title, lead, next, children }: { title: string; lead?: string; next?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <div class="rain-said">
      <Focused class="rain-title" testId="rain-title">
        {title}
      </Focused>
      {lead && <p class="rain-lead">{lead}</p>}
      {next}
      {children}
    </div>
  );
}

/** Takes over the focus when what had it (the button in the rain) has gone. */
function Focused({ class: name, testId, children }: { class: string; testId: string; children: ComponentChildren }) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) element.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h2 ref={element} class={name} tabIndex={-1} data-testid={testId}>
      {children}
    </h2>
  );
}
