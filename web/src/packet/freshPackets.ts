import type { Packet } from '../api/types';
import { Value } from '../value';

/** Packets as they were last seen in the overlay, so that the feed behind it is not older than what was just opened. */
export const freshPackets = new Value<ReadonlyMap<string, Packet>>(new Map());

export function keepFresh(packet: Packet): void {
  freshPackets.set(new Map(freshPackets.current).set(packet.packetNo, packet));
}

export function forgetFresh(): void {
  freshPackets.set(new Map());
}
