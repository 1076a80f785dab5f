import type { RoundRow } from 'hongbao-client';
import { fromHex, toHex } from '../packet/draw';

/** The rule of docs/rain.md, version 1, computed a second time in the page so that nobody has to trust the service. */
const algorithm = 1;

/** There are so many places in a round. */
export const places = 1_000_000_000;

export type FairStep = 'hashSeenBefore' | 'hashMatches';

export interface RoundVerdict {
  outcome: 'notRevealed' | 'unsupported' | 'right' | 'wrong';
  steps: { step: FairStep; right: boolean }[];
  /** The user's place, from 0; the secret alone decides it. */
  place?: number;
}

/** What has to be shown of a secret before the round. */
export async function commitment(campaignId: string, round: number, secret: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = new Uint8Array(16 + secret.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, algorithm);
  view.setBigInt64(4, BigInt(campaignId));
  view.setInt32(12, round);
  bytes.set(secret, 16);
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** A user's place in a round, 0 to below `places`: those with the smallest ones may win. */
export async function placeOf(secret: Uint8Array<ArrayBuffer>, campaignId: string, round: number, uid: string): Promise<number> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const message = new DataView(new ArrayBuffer(20));
  message.setBigInt64(0, BigInt(campaignId));
  message.setInt32(8, round);
  message.setBigInt64(12, BigInt(uid));
  const mac = await crypto.subtle.sign('HMAC', key, message.buffer);
  return Number((new DataView(mac).getBigUint64(0) * BigInt(places)) >> 64n);
}

/** Whether the secret is the one that was committed to before the round, and what it decided for the user. */
export async function checkRound(campaignId: string, round: RoundRow, uid: string, hashSeenBefore: string | undefined): Promise<RoundVerdict> {
  if (!round.secret) return { outcome: 'notRevealed', steps: [] };
  // Browsers offer cryptography to secure origins only (https, or this machine itself).
  if (!globalThis.crypto?.subtle) return { outcome: 'unsupported', steps: [] };

  const secret = fromHex(round.secret);
  const hash = await commitment(campaignId, round.round, secret);
  const steps: RoundVerdict['steps'] = [];
  if (hashSeenBefore) steps.push({ step: 'hashSeenBefore', right: hashSeenBefore === round.secretHash });
  steps.push({ step: 'hashMatches', right: hash === round.secretHash.toLowerCase() });
  return { outcome: steps.every(({ right }) => right) ? 'right' : 'wrong', steps, place: await placeOf(secret, campaignId, round.round, uid) };
}
