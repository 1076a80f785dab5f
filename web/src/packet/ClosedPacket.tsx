import type { PacketDetail } from 'hongbao-client';
import { clockText } from '../countdown/leftTime';
import { packetCondition } from '../opening/conditionText';
import { replace } from '../route';
import { textFor, useWords } from '../words/language';
import { Coin } from './Coin';
import { Cover } from './Cover';
import { canRetry, type PacketState } from './packetState';

interface ClosedPacketProps {
  packet: PacketDetail | undefined;
  state: PacketState | undefined;
  stateText: string | undefined;
  stage: 'closed' | 'spinning' | 'revealing' | 'open';
  queue: { poll: number; most: number } | undefined;
  /** Until it opens, milliseconds; 0 for now. */
  leftMs: number;
  mine: boolean;
  /** A password is typed beside it first. */
  asks: boolean;
  onOpen(): void;
  onPeek(): void;
}

/** The envelope with its seal, which is the button; before its time a clock stands under it. */
export function ClosedPacket({ packet, state, stateText, stage, queue, leftMs, mine, asks, onOpen, onPeek }: ClosedPacketProps) {
  const words = useWords();
  const name = packet ? packet.senderName || packet.sender : '';
  const spinning = stage === 'spinning';
  const sealed = state ? canRetry(state) : Boolean(packet);
  const condition = packet && packetCondition(packet, words);
  const waits = leftMs > 0 || stage !== 'closed';
  const foot = () => {
    if (spinning && queue) {
      return (
        <p data-testid="packet-state" data-state="queued">
          {words.packet.queue(queue.poll, queue.most)}
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
    if (state) return sealed && state !== 'wrongPassword' ? <p>{words.tryAgain}</p> : null;
    return (
      <>
        {leftMs > 0 && (
          <p class="cover-clock" role="timer" aria-live="off" data-testid="packet-clock">
            {words.opening.untilOpen} <strong>{clockText(leftMs, words)}</strong>
          </p>
        )}
        {mine && stage === 'closed' && (
          <button type="button" class="cover-peek" data-testid="packet-peek" onClick={onPeek}>
            {words.packet.peek}
          </button>
        )}
      </>
    );
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
      note={packet && !stateText ? (condition ?? textFor(words.packet.coverNote, packet.split)) : undefined}
      asks={condition !== undefined}
      open={stage === 'revealing'}
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
            class={`cover-open-button ${spinning ? 'cover-open-busy' : ''} ${leftMs > 0 ? 'cover-open-early' : ''}`}
            data-testid="packet-open"
            data-autofocus={asks ? undefined : true}
            aria-label={state && state !== 'wrongPassword' ? words.tryAgain : words.packet.openLabel(name)}
            aria-disabled={waits}
            onClick={() => !waits && onOpen()}
          >
            <Coin text={words.packet.coin} spinning={stage !== 'closed'} />
          </button>
        )
      }
      foot={foot()}
    />
  );
}
