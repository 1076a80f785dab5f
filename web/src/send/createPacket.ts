import type { CreatedPacket, FundingBody } from 'hongbao-client';
import { service } from '../api/service';
import { Once } from '../once';
import { rememberSeedHash } from '../seenHashes';
import type { NewPacket } from './draft';

/** A password is for people to tell each other, not for a browser to keep: after a reload it is typed again. */
const creating = new Once<NewPacket>('creating', (packet) => (packet.condition?.password === undefined ? packet : { ...packet, condition: { ...packet.condition, password: undefined } }));

/** Creates a packet once, however often it is sent before the answer is known. */
export function createPacket(
  uid: string,
  packet: NewPacket,
  send: (requestId: string, packet: NewPacket) => Promise<CreatedPacket> = (requestId, fields) =>
    service.createPacket({ requestId, ...fields }),
): Promise<CreatedPacket> {
  return creating.send(uid, packet, async (requestId, fields) => {
    const created = await send(requestId, fields);
    rememberSeedHash(created.packetNo, created.seedHash);
    return created;
  });
}

/** The packet whose creation was sent last but never answered, of those with this funding. */
export function unanswered(uid: string, funding: FundingBody = { kind: 'cashier' }): NewPacket | undefined {
  const sourceOf = (one: FundingBody | undefined) => one?.token ?? one?.subsidyNo;
  return creating
    .unanswered(uid)
    .map(({ content }) => content)
    .filter((packet) => sourceOf(packet.funding) === sourceOf(funding))
    .at(-1);
}
