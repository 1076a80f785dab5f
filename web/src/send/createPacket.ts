import { ApiError } from '../api/ApiError';
import * as api from '../api/calls';
import type { CreatedPacket, NewPacket } from '../api/types';
import { rememberSeedHash } from '../packet/seenHashes';
import { device } from '../storage';

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
  send: (requestId: string, packet: NewPacket) => Promise<CreatedPacket> = api.createPacket,
): Promise<CreatedPacket> {
  const kept = unanswered(uid);
  const requestId = kept && same(kept.packet, packet) ? kept.requestId : newRequestId();
  device.set(keyOf(uid), { requestId, packet } satisfies Unanswered);
  try {
    const created = await send(requestId, packet);
    device.remove(keyOf(uid));
    rememberSeedHash(created.packetNo, created.seedHash);
    return created;
  } catch (error) {
    if (error instanceof ApiError && error.refused) device.remove(keyOf(uid));
    throw error;
  }
}

/** The packet whose creation was sent but never answered. */
export function unanswered(uid: string): Unanswered | undefined {
  const kept = device.get(keyOf(uid)) as Unanswered | undefined;
  return kept && typeof kept.requestId === 'string' ? kept : undefined;
}

const same = (a: NewPacket, b: NewPacket) => JSON.stringify(a) === JSON.stringify(b);

function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `h5-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
