import { type ConditionPart, HongbaoError, type PacketDetail } from 'hongbao-client';
import { passwordRefusal } from '../opening/refusal';

/** Why there is nothing to open (or not now). */
export type PacketState =
  | 'exhausted'
  | 'expired'
  | 'notInScope'
  | 'notActive'
  | 'early'
  | 'wrongPassword'
  | 'locked'
  | 'notFollowing'
  | 'notShared'
  | 'closed'
  | 'notFound'
  | 'busy'
  | 'offline'
  | 'timeout'
  | 'degraded'
  | 'risk'
  | 'failed';

const byCode: Record<string, PacketState> = {
  PACKET_EXHAUSTED: 'exhausted',
  PACKET_EXPIRED: 'expired',
  NOT_IN_SCOPE: 'notInScope',
  PACKET_NOT_ACTIVE: 'notActive',
  NOT_FOUND: 'notFound',
  CLAIM_BUSY: 'busy',
  RATE_LIMITED: 'busy',
  OVERLOADED: 'busy',
  OFFLINE: 'offline',
  TIMEOUT: 'timeout',
  DEGRADED: 'degraded',
  RISK_REFUSED: 'risk',
};

export function stateOfError(error: unknown): PacketState {
  return (error instanceof HongbaoError && byCode[error.code]) || 'failed';
}

/** Why a claim was refused: a packet's condition is known from the packet, and the time before it opens has an end that the answer tells. */
export function stateOfClaim(error: unknown, condition: ConditionPart | undefined): PacketState {
  const password = passwordRefusal(error);
  if (password) return password.kind === 'locked' ? 'locked' : 'wrongPassword';
  const state = stateOfError(error);
  if (state === 'notActive' && error instanceof HongbaoError && error.retryAfterMs !== undefined) return 'early';
  // Who can see a packet is in its scope, so that it is the condition that he does not meet.
  if (state === 'notInScope' && condition?.kind === 'follow') return 'notFollowing';
  if (state === 'notInScope' && condition?.kind === 'share') return 'notShared';
  return state;
}

/** What a packet's own status says, or undefined while it can be opened. */
export function stateOfPacket(packet: PacketDetail): PacketState | undefined {
  switch (packet.status) {
    case 'PENDING_PAYMENT':
      return 'notActive';
    case 'CLOSED':
      return 'closed';
    case 'EXHAUSTED':
      return 'exhausted';
    case 'EXPIRED':
    case 'REFUNDING':
    case 'REFUNDED':
      return 'expired';
    default:
      return undefined;
  }
}

/** Trying again can help: the seal stays on the cover. */
export function canRetry(state: PacketState): boolean {
  return retryable.has(state);
}

const retryable: ReadonlySet<PacketState> = new Set(['early', 'wrongPassword', 'notFollowing', 'notShared', 'busy', 'offline', 'timeout', 'degraded', 'failed']);
