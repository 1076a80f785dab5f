import type { CampaignRow, RoundRow } from 'hongbao-client';
import { fromHex, toHex } from '../packet/draw';

/** The rule of docs/rain.md, version 1, computed a second time in the page so that nobody has to trust the service. */
const algorithm = 1;

/** There are so many places in a round; probabilities are so many of them. */
export const places = 1_000_000_000;

/** What a campaign promises beside the secret. */
export type RainTerms = Required<Pick<CampaignRow, 'prizes'>> & Pick<CampaignRow, 'passRate'>;

export type FairStep = 'hashSeenBefore' | 'hashMatches';

export interface RoundVerdict {
  outcome: 'notRevealed' | 'unsupported' | 'right' | 'wrong';
  steps: { step: FairStep; right: boolean }[];
  /** The user's place, from 0; the secret alone decides it. */
  place?: number;
  /** What he was aimed at, from 0 in the order of the prizes; -1 for nothing. */
  prize?: number;
}

/** What has to be shown of a secret and the terms before the round. */
export async function commitment(campaignId: string, round: number, secret: Uint8Array<ArrayBuffer>, { prizes, passRate }: RainTerms): Promise<string> {
  const head = 16;
  const perPrize = 24;
  const bytes = new Uint8Array(head + secret.length + 12 + perPrize * prizes.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, algorithm);
  view.setBigInt64(4, BigInt(campaignId));
  view.setInt32(12, round);
  bytes.set(secret, head);
  let at = head + secret.length;
  view.setBigInt64(at, parts(passRate));
  view.setInt32(at + 8, prizes.length);
  at += 12;
  for (const { amount, quantity, probability } of prizes) {
    view.setBigInt64(at, BigInt(amount));
    view.setBigInt64(at + 8, BigInt(quantity ?? 0));
    view.setBigInt64(at + 16, parts(probability));
    at += perPrize;
  }

  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** A user's place in a round, 0 to below `places`, and what it is aimed at. */
export async function aimOf(
  secret: Uint8Array<ArrayBuffer>, campaignId: string, round: number, uid: string, { prizes, passRate }: RainTerms,
): Promise<{ place: number; prize: number }> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const message = new DataView(new ArrayBuffer(20));
  message.setBigInt64(0, BigInt(campaignId));
  message.setInt32(8, round);
  message.setBigInt64(12, BigInt(uid));
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, message.buffer));
  const scaled = (offset: number, limit: bigint) => (mac.getBigUint64(offset) * limit) >> 64n;
  const whole = BigInt(places);
  const place = scaled(0, whole);
  const aimed = (prize: number) => ({ place: Number(place), prize });

  let chances = 0n;
  for (const [i, { probability }] of prizes.entries()) {
    chances += parts(probability);
    if (place < chances) return aimed(i);
  }

  const quantities = prizes.reduce((sum, { quantity }) => sum + BigInt(quantity ?? 0), 0n);
  const pass = chances + ((whole - chances) * (parts(passRate) || whole)) / whole;
  if (quantities === 0n || place >= pass) return aimed(-1);

  let lot = scaled(8, quantities);
  return aimed(prizes.findIndex(({ quantity }) => (lot -= BigInt(quantity ?? 0)) < 0n));
}

/** Whether secret and terms are those that were committed to before the round, and what they decided for the user. */
export async function checkRound(campaign: CampaignRow, round: RoundRow, uid: string, hashSeenBefore: string | undefined): Promise<RoundVerdict> {
  const { campaignId, prizes, passRate } = campaign;
  if (!round.secret || !prizes) return { outcome: 'notRevealed', steps: [] };
  // Browsers offer cryptography to secure origins only (https, or this machine itself).
  if (!globalThis.crypto?.subtle) return { outcome: 'unsupported', steps: [] };

  const terms = { prizes, passRate };
  const secret = fromHex(round.secret);
  const hash = await commitment(campaignId, round.round, secret, terms);
  const steps: RoundVerdict['steps'] = [];
  if (hashSeenBefore) steps.push({ step: 'hashSeenBefore', right: hashSeenBefore === round.secretHash });
  steps.push({ step: 'hashMatches', right: hash === round.secretHash.toLowerCase() });
  return { outcome: steps.every(({ right }) => right) ? 'right' : 'wrong', steps, ...(await aimOf(secret, campaignId, round.round, uid, terms)) };
}

/** Exact: parts of one have nine decimals at most. */
function parts(ofOne: number | undefined): bigint {
  return BigInt(Math.round((ofOne ?? 0) * places));
}
