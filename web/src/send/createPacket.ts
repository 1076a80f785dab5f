import { type CreatedPacket, HongbaoError, newRequestId } from 'hongbao-client';
import { service } from '../api/service';
import { rememberSeedHash } from '../packet/seenHashes';
import { device } from '../storage';
import type { NewPacket } from './draft';

interface Unanswered {
  requestId: string;
  packet: NewPacket;
}

const mostKept = 8;
const keyOf = (uid: string) => `creating.${uid}`;

/** What this page has sent, by user: the browser's storage may be full or blocked, and another tab may be the same user. */
const sentHere = new Map<string, Unanswered[]>();

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
  const kept = allUnanswered(uid).filter((each) => same(each.packet, packet)).at(-1);
  const requestId = kept?.requestId ?? `h5-${newRequestId()}`;
  keep(uid, { requestId, packet });
  try {
    const created = await send(requestId, packet);
    rememberSeedHash(created.packetNo, created.seedHash);
    // Last: whatever fails before is sent again under the same number.
    forget(uid, requestId);
    return created;
  } catch (error) {
    if (error instanceof HongbaoError && error.refused) forget(uid, requestId);
    throw error;
  }
}

/** The packet whose creation was sent last but never answered. */
export function unanswered(uid: string): Unanswered | undefined {
  return allUnanswered(uid).at(-1);
}

/** In order; those of this page are the last. */
function allUnanswered(uid: string): Unanswered[] {
  const here = sentHere.get(uid) ?? [];
  return [...stored(uid).filter((each) => !here.some(({ requestId }) => requestId === each.requestId)), ...here];
}

function keep(uid: string, entry: Unanswered): void {
  const others = (list: Unanswered[]) => list.filter(({ requestId }) => requestId !== entry.requestId);
  sentHere.set(uid, [...others(sentHere.get(uid) ?? []), entry]);
  device.set(keyOf(uid), [...others(stored(uid)), entry].slice(-mostKept));
}

function forget(uid: string, requestId: string): void {
  const others = (list: Unanswered[]) => list.filter((each) => each.requestId !== requestId);
  sentHere.set(uid, others(sentHere.get(uid) ?? []));
  const left = others(stored(uid));
  if (left.length > 0) device.set(keyOf(uid), left);
  else device.remove(keyOf(uid));
}

/** Also as a version before kept it: one, not a list. */
function stored(uid: string): Unanswered[] {
  const kept = device.get(keyOf(uid));
  return (Array.isArray(kept) ? kept : [kept]).filter((each): each is Unanswered => typeof each?.requestId === 'string' && typeof each.packet === 'object');
}

const same = (a: NewPacket, b: NewPacket) => JSON.stringify(a) === JSON.stringify(b);
