import type { PacketDetail } from 'hongbao-client';
import { Value } from '../value';

/** Packets as they were last seen in the overlay, so that the feed behind it is not older than what was just opened. */
export const freshPackets = new Value<ReadonlyMap<string, PacketDetail>>(new Map());

export function keepFresh(packet: PacketDetail): void {
  freshPackets.set(new Map(freshPackets.current).set(packet.packetNo, packet));
}

export function forgetFresh(): void {
  freshPackets.set(new Map());
}
