import { useEffect, useRef, useState } from 'preact/hooks';
import { HongbaoError, type ClaimPart, type PacketDetail } from 'hongbao-client';
import { service } from '../api/service';
import { spanText } from '../countdown/leftTime';
import { useLeftMs } from '../countdown/useServerTime';
import { moneyText } from '../money';
import { hearRefusal, hearTimeOf, openingOf } from '../opening/opensAt';
import { PasswordInput } from '../opening/PasswordInput';
import { wordProblem } from '../opening/plainWord';
import { passwordRefusal } from '../opening/refusal';
import { close } from '../route';
import { rememberSeedHash } from '../seenHashes';
import { Dialog } from '../ui/Dialog';
import { CloseIcon } from '../ui/icons';
import { prefersStillness } from '../ui/stillness';
import { useLoad } from '../ui/useLoad';
import { useWords } from '../words/language';
import type { Words } from '../words/zh';
import { claimPacket } from './claimPacket';
import { ClosedPacket } from './ClosedPacket';
import { fresher } from './fresher';
import { keepFresh } from './freshPackets';
import { canRetry, type PacketState, stateOfClaim, stateOfError, stateOfPacket } from './packetState';
import { Result } from './Result';
import './packetDialog.css';

/** How far opening has come. */
interface Opening {
  stage: 'closed' | 'spinning' | 'revealing' | 'open';
  claim?: ClaimPart;
  failure?: Failure;
  queue?: { poll: number; most: number };
}

interface Failure {
  state: PacketState;
  said?: string;
  /** Of the password, when that is what was wrong. */
  password?: string;
  /** What was known without asking can be pressed again at once: each time is told. */
  times?: number;
}

const shortestSpinMs = 1100;
const revealMs = 620;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function PacketDialog({ packetNo, uid }: { packetNo: string; uid: string }) {
  const words = useWords();
  const { data: packet, error, reload } = useLoad(packetNo, () => lookAt(packetNo));
  const [opening, setOpening] = useState<Opening>({ stage: 'closed' });
  const [peeking, setPeeking] = useState(false);
  const [password, setPassword] = useState('');
  const gone = useRef(new AbortController());
  const asking = useRef(false);

  useEffect(() => {
    gone.current = new AbortController();
    return () => gone.current.abort();
  }, []);
  useEffect(() => {
    if (!packet) return;
    if (!packet.seed) rememberSeedHash(packet.packetNo, packet.seedHash);
    keepFresh(packet);
  }, [packet]);

  const claim = fresher(opening.claim, packet?.myClaim ?? undefined);
  useArrival(claim, reload);
  const asks = packet?.condition?.kind === 'password';
  const leftMs = useLeftMs(claim ? undefined : openingOf(packet));
  useLookBack(leftMs > 0, reload);

  const openIt = async () => {
    // However quickly it is pressed again: what is shown may be a moment behind, this is not.
    if (asking.current || leftMs > 0) return;
    const unsaid = asks && (password === '' ? words.opening.missing : wordProblem(password) && words.opening.odd);
    if (unsaid) {
      // Known without asking, and no try is lost.
      setOpening(({ failure }) => ({ stage: 'closed', failure: { state: 'wrongPassword', password: unsaid, times: (failure?.times ?? 0) + 1 } }));
      return;
    }
    asking.current = true;
    try {
      await openOnce();
    } finally {
      asking.current = false;
    }
  };
  const openOnce = async () => {
    const still = prefersStillness();
    const started = performance.now();
    setOpening({ stage: 'spinning' });
    try {
      const got = await claimPacket(service, packetNo, {
        signal: gone.current.signal,
        onBusy: (poll, most) => setOpening({ stage: 'spinning', queue: { poll, most } }),
        ...(asks && { password }),
      });
      reload();
      if (!still) await pause(Math.max(0, shortestSpinMs - (performance.now() - started)));
      setOpening({ stage: 'revealing', claim: got });
      if (!still) await pause(revealMs);
      setOpening({ stage: 'open', claim: got });
    } catch (problem) {
      if (gone.current.signal.aborted) return;
      const state = stateOfClaim(problem, packet?.condition);
      if (state === 'early') hearRefusal(problem, openingOf(packet));
      const said = problem instanceof HongbaoError && state === 'degraded' ? problem.detail : undefined;
      setOpening({ stage: 'closed', failure: { state, said, password: passwordText(problem, words) } });
      if (!canRetry(state) || state === 'early') reload();
    }
  };

  const closeIt = () => close('/feed');
  const known = packet && stateOfPacket(packet);
  const failed = failureOf(opening, leftMs) ?? (error && !packet ? { state: stateOfError(error) } : undefined);
  const state = known ?? failed?.state;
  const finished = known === 'exhausted' || known === 'expired';
  const unsealing = opening.stage === 'spinning' || opening.stage === 'revealing';
  const showsResult = Boolean(packet && ((claim && opening.stage !== 'spinning') || ((finished || peeking) && !unsealing)));
  // What is wrong with a password stands at the password.
  const stateText = state && state !== 'wrongPassword' ? (state === failed?.state && failed.said) || words.state[state] : undefined;
  const asksNow = asks && opening.stage !== 'revealing' && (!state || canRetry(state));
  const amount = claim && moneyText(claim.amount, packet?.currency);

  return (
    <Dialog label={words.packet.dialog} class="packet-dialog" stage={showsResult ? 'result' : `${state ?? (packet ? 'cover' : '')} ${failed?.times ?? ''}`} onClose={closeIt}>
      <p class="sr" aria-live="polite">
        {showsResult && amount
          ? words.packet.got(amount)
          : opening.queue && unsealing
            ? words.packet.queue(opening.queue.poll, opening.queue.most)
            : unsealing
              ? words.packet.opening
              : (stateText ?? openingText(leftMs, words, openingOf(packet)))}
      </p>
      {showsResult && packet && (
        <Result
          packet={packet}
          claim={claim}
          state={claim ? undefined : known}
          uid={uid}
          celebrating={Boolean(opening.claim)}
          onOpen={() => setPeeking(false)}
          onClose={closeIt}
        />
      )}
      {(!showsResult || opening.stage === 'revealing') && (
        <div class={`packet-stage ${asksNow ? 'packet-stage-asks' : ''}`}>
          <ClosedPacket
            packet={packet}
            state={unsealing ? undefined : state}
            stateText={unsealing ? undefined : stateText}
            stage={opening.stage}
            queue={opening.queue}
            leftMs={leftMs}
            mine={packet?.sender === uid}
            asks={asksNow}
            onOpen={packet ? openIt : reload}
            onPeek={() => setPeeking(true)}
          />
          {asksNow && (
            <form
              class="packet-ask"
              noValidate
              onSubmit={(event) => {
                event.preventDefault();
                void openIt();
              }}
            >
              <PasswordInput
                label={words.opening.passwordLabel}
                text={password}
                problem={unsealing ? undefined : failed?.password}
                hint={words.opening.passwordHint}
                testId="packet-password"
                busy={unsealing}
                autofocus
                onChange={setPassword}
              />
            </form>
          )}
          <button type="button" class="round packet-close" aria-label={words.close} onClick={closeIt}>
            <CloseIcon />
          </button>
        </div>
      )}
    </Dialog>
  );
}

/** A refusal before its time ends with the countdown that it began. */
function failureOf({ failure }: Opening, leftMs: number): Failure | undefined {
  return failure?.state === 'early' && leftMs > 0 ? undefined : failure;
}

async function lookAt(packetNo: string): Promise<PacketDetail> {
  const packet = await service.getPacket(packetNo);
  hearTimeOf([packet]);
  return packet;
}

function passwordText(problem: unknown, words: Words): string | undefined {
  const refusal = passwordRefusal(problem);
  if (refusal?.kind !== 'wrong') return undefined;
  return refusal.triesLeft === undefined ? words.opening.wrong : words.opening.wrongLeft(refusal.triesLeft);
}

/** For the ear: by the minute while it is waited for, and the moment itself; nothing of a packet that has no such moment. */
function openingText(leftMs: number, words: Words, opensAt: number | undefined): string | undefined {
  if (leftMs <= 0) return opensAt === undefined ? undefined : words.opening.isOpen;
  return leftMs < 10_000 ? words.opening.nearlyOpen : words.opening.opensIn(spanText(leftMs, words));
}

/** A device that slept has lost time: whoever comes back to a packet that is waited for looks at it again. */
function useLookBack(waiting: boolean, look: () => void): void {
  useEffect(() => {
    if (!waiting) return;
    const back = () => document.visibilityState === 'visible' && look();
    document.addEventListener('visibilitychange', back);
    return () => document.removeEventListener('visibilitychange', back);
  }, [waiting, look]);
}

const mostLooks = 6;

/** The money arrives a moment after the claim: looks again a few times, so that the page says when it has. */
function useArrival(claim: ClaimPart | undefined, look: () => void): void {
  const looks = useRef(0);
  const waiting = claim?.status === 'CLAIMED' || claim?.status === 'TRANSFERRING';
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => {
      looks.current += 1;
      if (looks.current > mostLooks) clearInterval(timer);
      else look();
    }, 1500);
    return () => clearInterval(timer);
  }, [waiting, look]);
}
