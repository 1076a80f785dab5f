import { HongbaoError, type PacketDetail } from 'hongbao-client';

/** Why there is nothing to open (or not now). */
export type PacketState =
  | 'exhausted'
  | 'expired'
  | 'notInScope'
  | 'notActive'
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
  return state === 'busy' || state === 'offline' || state === 'timeout' || state === 'degraded' || state === 'failed';
}
