import type { ClaimPart, PacketDetail } from 'hongbao-client';
import { moneyText } from '../money';
import { Avatar } from '../ui/Avatar';
import { CloseIcon, LinkIcon } from '../ui/icons';
import { say } from '../ui/toast';
import { textFor, useWords } from '../words/language';
import { timeLeft } from '../words/time';
import { ClaimList } from './ClaimList';
import { DrawCheck } from './DrawCheck';
import { GoldLeaves } from './GoldLeaves';
import type { PacketState } from './packetState';

interface ResultProps {
  packet: PacketDetail;
  claim: ClaimPart | undefined;
  state: PacketState | undefined;
  uid: string;
  celebrating: boolean;
  /** The sender who looks before opening may still open. */
  onOpen(): void;
  onClose(): void;
}

/** The opened packet: what I got, who else got what, and the check of the draw. */
export function Result({ packet, claim, state, uid, celebrating, onOpen, onClose }: ResultProps) {
  const words = useWords();
  const name = packet.senderName || packet.sender;
  const copyLink = async () => {
    try {
      await navigator.clipboard.writeText(`${location.origin}${location.pathname}#/p/${packet.packetNo}`);
      say(words.packet.copied);
    } catch {
      say(words.packet.copyFailed);
    }
  };
  return (
    <>
      <div class="result" tabIndex={-1}>
        <div class="result-bar">
          <button type="button" class="round" aria-label={words.close} onClick={onClose}>
            <CloseIcon />
          </button>
        </div>
        <div class="result-head" />
        <div class="result-top">
          <Avatar uid={packet.sender} name={name} src={packet.senderAvatar} size="l" />
          <h2 class="result-from">{words.packet.from(name)}</h2>
          <p class="result-greeting">{packet.greeting}</p>
          {claim ? (
            <>
              <p class={`result-amount ${celebrating ? 'result-amount-new' : ''}`} data-testid="packet-result-amount" data-autofocus tabIndex={-1}>
                {moneyText(claim.amount, packet.currency)}
              </p>
              <p class="result-state" data-testid="packet-state" data-state={claim.status.toLowerCase()}>
                {textFor(packet.kind === 'b2c' ? words.rewardClaimStatus : words.claimStatus, claim.status)}
              </p>
            </>
          ) : (
            <p class="result-state-alone" data-testid="packet-state" data-state={state ?? 'open'} data-autofocus tabIndex={-1}>
              {state ? words.state[state] : words.packet.waiting}
            </p>
          )}
          <div class="result-actions">
            {claim && (
              <a class="result-link" href="#/me/wallet">
                {words.packet.wallet}
              </a>
            )}
            {!claim && !state && (
              <button type="button" class="result-link" onClick={onOpen}>
                {words.packet.openMine}
              </button>
            )}
            {packet.sender === uid && (
              <button type="button" class="result-link" onClick={copyLink}>
                <LinkIcon />
                {words.packet.copyLink}
              </button>
            )}
          </div>
        </div>
        <ClaimList packet={packet} uid={uid} summary={<Summary packet={packet} />} />
        <DrawCheck packet={packet} />
      </div>
      {celebrating && <GoldLeaves />}
    </>
  );
}

function Summary({ packet }: { packet: PacketDetail }) {
  const words = useWords();
  const total = moneyText(packet.amount, packet.currency);
  const left = packet.status === 'ACTIVE' ? timeLeft(packet.expiresAt, words) : undefined;
  return (
    <>
      <p>
        {packet.claimedCount === packet.count
          ? words.packet.allClaimed(packet.count, total)
          : words.packet.claimed(packet.claimedCount, packet.count, moneyText(packet.claimedAmount, packet.currency), total)}
      </p>
      {left && <p>{words.packet.expiresIn(left)}</p>}
      {packet.refundedAmount > 0 && <p>{(packet.kind === 'b2c' ? words.packet.returned : words.packet.refunded)(moneyText(packet.refundedAmount, packet.currency))}</p>}
    </>
  );
}
