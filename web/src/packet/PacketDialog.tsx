import { useEffect, useRef, useState } from 'preact/hooks';
import { HongbaoError, type ClaimPart, type PacketDetail } from 'hongbao-client';
import { service } from '../api/service';
import { moneyText } from '../money';
import { close, replace } from '../route';
import { Dialog } from '../ui/Dialog';
import { CloseIcon } from '../ui/icons';
import { prefersStillness } from '../ui/stillness';
import { useLoad } from '../ui/useLoad';
import { textFor, useWords } from '../words/language';
import { claimPacket } from './claimPacket';
import { Coin } from './Coin';
import { Cover } from './Cover';
import { fresher } from './fresher';
import { keepFresh } from './freshPackets';
import { canRetry, type PacketState, stateOfError, stateOfPacket } from './packetState';
import { Result } from './Result';
import { rememberSeedHash } from '../seenHashes';
import './packetDialog.css';

/** How far opening has come. */
interface Opening {
  stage: 'closed' | 'spinning' | 'revealing' | 'open';
  claim?: ClaimPart;
  failure?: { state: PacketState; said?: string };
  queue?: { poll: number; most: number };
}

const shortestSpinMs = 1100;
const revealMs = 620;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function PacketDialog({ packetNo, uid }: { packetNo: string; uid: string }) {
  const words = useWords();
  const { data: packet, error, reload } = useLoad(packetNo, () => service.getPacket(packetNo));
  const [opening, setOpening] = useState<Opening>({ stage: 'closed' });
  const [peeking, setPeeking] = useState(false);
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

  const openIt = async () => {
    // However quickly it is pressed again: what is shown may be a moment behind, this is not.
    if (asking.current) return;
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
      });
      reload();
      if (!still) await pause(Math.max(0, shortestSpinMs - (performance.now() - started)));
      setOpening({ stage: 'revealing', claim: got });
      if (!still) await pause(revealMs);
      setOpening({ stage: 'open', claim: got });
    } catch (problem) {
      if (gone.current.signal.aborted) return;
      const state = stateOfError(problem);
      const said = problem instanceof HongbaoError && state === 'degraded' ? problem.detail : undefined;
      setOpening({ stage: 'closed', failure: { state, said } });
      if (!canRetry(state)) reload();
    }
  };

  const closeIt = () => close('/feed');
  const known = packet && stateOfPacket(packet);
  const failed = opening.failure ?? (error && !packet ? { state: stateOfError(error), said: undefined } : undefined);
  const state = known ?? failed?.state;
  const finished = known === 'exhausted' || known === 'expired';
  const unsealing = opening.stage === 'spinning' || opening.stage === 'revealing';
  const showsResult = Boolean(packet && ((claim && opening.stage !== 'spinning') || ((finished || peeking) && !unsealing)));
  const stateText = state && ((state === failed?.state && failed.said) || words.state[state]);
  const amount = claim && moneyText(claim.amount, packet?.currency);

  return (
    <Dialog label={words.packet.dialog} class="packet-dialog" stage={showsResult ? 'result' : (state ?? (packet ? 'cover' : ''))} onClose={closeIt}>
      <p class="sr" aria-live="polite">
        {showsResult && amount
          ? words.packet.got(amount)
          : opening.queue && unsealing
            ? words.packet.queue(opening.queue.poll, opening.queue.most)
            : unsealing
              ? words.packet.opening
              : stateText}
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
        <div class="packet-stage">
          <ClosedPacket
            packet={packet}
            state={unsealing ? undefined : state}
            stateText={unsealing ? undefined : stateText}
            opening={opening}
            mine={packet?.sender === uid}
            onOpen={packet ? openIt : reload}
            onPeek={() => setPeeking(true)}
          />
          <button type="button" class="round packet-close" aria-label={words.close} onClick={closeIt}>
            <CloseIcon />
          </button>
        </div>
      )}
    </Dialog>
  );
}

interface ClosedPacketProps {
  packet: PacketDetail | undefined;
  state: PacketState | undefined;
  stateText: string | undefined;
  opening: Opening;
  mine: boolean;
  onOpen(): void;
  onPeek(): void;
}

function ClosedPacket({ packet, state, stateText, opening, mine, onOpen, onPeek }: ClosedPacketProps) {
  const words = useWords();
  const name = packet ? packet.senderName || packet.sender : '';
  const spinning = opening.stage === 'spinning';
  const sealed = state ? canRetry(state) : Boolean(packet);
  const foot = () => {
    if (spinning && opening.queue) {
      return (
        <p data-testid="packet-state" data-state="queued">
          {words.packet.queue(opening.queue.poll, opening.queue.most)}
        </p>
      );
    }
    if (state === 'notActive' && mine && packet) {
      return (
        <button type="button" class="pill pill-gold" onClick={() => replace(`/pay/${packet.packetNo}`)}>
          {words.packet.pay}
        </button>
      );
    }
    if (!state && mine && opening.stage === 'closed') {
      return (
        <button type="button" class="cover-peek" data-testid="packet-peek" onClick={onPeek}>
          {words.packet.peek}
        </button>
      );
    }
    return state && sealed ? <p>{words.tryAgain}</p> : null;
  };
  return (
    <Cover
      sender={packet && { uid: packet.sender, name, avatar: packet.senderAvatar }}
      from={packet ? words.packet.from(name) : ' '}
      text={
        stateText ? (
          <span data-testid="packet-state" data-state={state}>
            {stateText}
          </span>
        ) : (
          (packet?.greeting ?? '')
        )
      }
      note={packet && !state ? textFor(words.packet.coverNote, packet.split) : undefined}
      open={opening.stage === 'revealing'}
      seal={
        !sealed ? (
          state && (
            <span class="cover-shut">
              <Coin text="福" spinning={false} />
            </span>
          )
        ) : (
          <button
            type="button"
            class={`cover-open-button ${spinning ? 'cover-open-busy' : ''}`}
            data-testid="packet-open"
            data-autofocus
            aria-label={state ? words.tryAgain : words.packet.openLabel(name)}
            aria-disabled={opening.stage !== 'closed'}
            onClick={() => opening.stage === 'closed' && onOpen()}
          >
            <Coin text={words.packet.coin} spinning={opening.stage !== 'closed'} />
          </button>
        )
      }
      foot={foot()}
    />
  );
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
