import { type CreatedPacket, HongbaoError, newRequestId } from 'hongbao-client';
import { service } from '../api/service';
import { rememberSeedHash } from '../packet/seenHashes';
import { device } from '../storage';
import type { NewPacket } from './draft';

interface Unanswered {
  requestId: string;
  packet: NewPacket;
}

const keyOf = (uid: string) => `creating.${uid}`;

/**
 * Creates a packet once. The request's number is kept until the answer is known, so sending the same packet again after
 * a lost answer or a reload is the same request, and the server gives the first answer back.
 */
export async function createPacket(
  uid: string,
  packet: NewPacket,
  send: (requestId: string, packet: NewPacket) => Promise<CreatedPacket> = (requestId, fields) =>
    service.createPacket({ requestId, ...fields }),
): Promise<CreatedPacket> {
  const kept = unanswered(uid);
  const requestId = kept && same(kept.packet, packet) ? kept.requestId : `h5-${newRequestId()}`;
  device.set(keyOf(uid), { requestId, packet } satisfies Unanswered);
  try {
    const created = await send(requestId, packet);
    device.remove(keyOf(uid));
    rememberSeedHash(created.packetNo, created.seedHash);
    return created;
  } catch (error) {
    if (error instanceof HongbaoError && error.refused) device.remove(keyOf(uid));
    throw error;
  }
}

/** The packet whose creation was sent but never answered. */
export function unanswered(uid: string): Unanswered | undefined {
  const kept = device.get(keyOf(uid)) as Unanswered | undefined;
  return kept && typeof kept.requestId === 'string' ? kept : undefined;
}

const same = (a: NewPacket, b: NewPacket) => JSON.stringify(a) === JSON.stringify(b);
