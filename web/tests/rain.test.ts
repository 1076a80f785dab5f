import type { CampaignRow, RoundRow } from 'hongbao-client';
import { describe, expect, it, vi } from 'vitest';
import rule from '../../docs/rain.md?raw';
import { clockText, countdown, spanText } from '../src/countdown/leftTime';
import { ServerClock } from '../src/countdown/serverClock';
import { aimOf, checkRound, commitment, type RainTerms } from '../src/rain/fairness';
import { afterglowMs, phaseOf, roundAfter, roundAt, shownCampaign, timesOf } from '../src/rain/rounds';
import { fromHex } from '../src/packet/draw';
import { en } from '../src/words/en';
import { zh } from '../src/words/zh';

const start = Date.parse('2031-02-05T12:00:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const round = (no: number, from: number, to: number, own = from): RoundRow => ({ round: no, startsAt: at(from), endsAt: at(to), yourStartAt: at(own), secretHash: 'ab' });
const campaign = (id: string, rounds: RoundRow[], status: CampaignRow['status'] = 'SCHEDULED'): CampaignRow => ({
  campaignId: id, name: id, status, currency: 'CNY', startsAt: rounds[0]!.startsAt, endsAt: rounds.at(-1)!.endsAt, rounds,
});

describe('the clock', () => {
  it('goes by the service, whatever the device says', () => {
    let elapsed = 5_000;
    const clock = new ServerClock(() => elapsed);
    clock.hear(at(0));
    expect(clock.now()).toBe(start);
    elapsed += 1_234;
    expect(clock.now()).toBe(start + 1_234);
  });

  it('is never ahead of the service, and as near as the quickest answer was', () => {
    // The answer's way takes so long; each is stamped before it.
    const ways = [900, 40, 2_500, 300];
    let elapsed = 0;
    const clock = new ServerClock(() => elapsed);
    let quickest = Infinity;
    for (const way of ways) {
      elapsed += 10_000;
      const stamped = new Date(start + elapsed - way).toISOString();
      clock.hear(stamped);
      quickest = Math.min(quickest, way);
      expect(start + elapsed - clock.now()).toBe(quickest);
    }
  });

  it('follows the service again after the device has slept', () => {
    let elapsed = 0;
    const clock = new ServerClock(() => elapsed);
    clock.hear(at(0));
    // A minute in the world, of which the device noticed a second.
    elapsed += 1_000;
    clock.hear(at(60));
    expect(clock.now()).toBe(start + 60_000);
  });
});

describe('rounds', () => {
  const first = round(1, 0, 60, 3);
  const second = round(2, 3600, 3660, 3604);
  const one = campaign('7', [first, second]);

  it('begin for each user at his own moment', () => {
    expect([-1, 2.9, 3, 59.9, 60].map((s) => phaseOf(first, start + s * 1000))).toEqual(['coming', 'coming', 'open', 'open', 'over']);
  });

  it('begin with the round for whom a late start would leave nothing', () => {
    expect(timesOf(round(1, 0, 10, 9)).ownStart).toBe(start);
    expect(timesOf(round(1, 0, 10, 600)).ownStart).toBe(start);
    expect(timesOf(round(1, 0, 10, 4)).ownStart).toBe(start + 4_000);
  });

  it('follow each other', () => {
    expect(roundAt(one, start - 1000)?.round).toBe(1);
    expect(roundAt(one, start + 59_000)?.round).toBe(1);
    expect(roundAt(one, start + 60_000)?.round).toBe(2);
    expect(roundAt(one, start + 3_660_000)).toBeUndefined();
    expect(roundAfter(one, 1, start)?.round).toBe(2);
    expect(roundAfter(one, 2, start)).toBeUndefined();
    expect(roundAt({ ...one, status: 'ENDED' }, start)).toBeUndefined();
    expect(roundAfter({ ...one, status: 'ENDED' }, 1, start)).toBeUndefined();
  });

  it('decide which campaign the feed shows', () => {
    const later = campaign('8', [round(1, 7200, 7260)]);
    const now = (s: number) => start + s * 1000;
    expect(shownCampaign([], now(0))).toBeUndefined();
    expect(shownCampaign([later, one], now(0))?.campaignId).toBe('7');
    expect(shownCampaign([one, later], now(3_700))?.campaignId).toBe('8');
    expect(shownCampaign([one], now(3_700))?.campaignId).toBe('7');
    expect(shownCampaign([one], now(3_660) + afterglowMs)).toBeUndefined();
    // Ended before it began: there is nothing to see.
    expect(shownCampaign([{ ...later, status: 'ENDED' }], now(0))).toBeUndefined();
  });

  it('are counted down to, to the second', () => {
    expect(countdown(0)).toEqual({ days: 0, clock: '00:00' });
    expect(countdown(1)).toEqual({ days: 0, clock: '00:01' });
    expect(countdown(-5_000)).toEqual({ days: 0, clock: '00:00' });
    expect(countdown(12 * 60_000 + 44_001)).toEqual({ days: 0, clock: '12:45' });
    expect(countdown(3 * 3_600_000)).toEqual({ days: 0, clock: '03:00:00' });
    expect(clockText(50 * 3_600_000 + 5_000, en)).toBe('2 days 02:00:05');
    expect(clockText(50 * 3_600_000 + 5_000, zh)).toBe('2 天 02:00:05');
    expect([1, 61_000, 99 * 60_000, 5 * 3_600_000, 60 * 3_600_000].map((ms) => spanText(ms, en))).toEqual(['1 minute', '2 minutes', '99 minutes', '5 hours', '3 days']);
  });
});

/** Worked out by another implementation of the rule, in another language. */
const vectors = [
  {
    campaignId: '7301444488550940673', round: 1, uid: '1001', secret: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    hash: 'ee3f0c0469742ccdc9ced6199d3f2ee6faba157847b825cfa2cceb31576e73f1', place: 884_885_157, prize: -1,
  },
  {
    campaignId: '7301444488550940673', round: 3, uid: '9223372036854775807', secret: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    hash: 'd0a650df08bc90edd8688594ee10b6f7fb32a46c5bfa28865639d323fec238a7', place: 190_584_457, prize: 2,
  },
  {
    campaignId: '42', round: 2, uid: '1002', secret: '1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100',
    hash: '9b8e5b1be3b4e2b231941e1ea16181b16308c2ff61b0101dfb0bc05a7fb2c7a8', place: 166_322_370, prize: 2,
  },
];

const terms: RainTerms = { prizes: [{ amount: 100, quantity: 1000 }, { amount: 8800, quantity: 10 }, { amount: 5, probability: 0.2 }], passRate: 0.1 };

describe('fairness', () => {
  it.each(vectors)('of campaign $campaignId round $round for $uid is computed as the rule says', async ({ campaignId, round: no, uid, secret, hash, place, prize }) => {
    expect(await commitment(campaignId, no, fromHex(secret), terms)).toBe(hash);
    expect(await aimOf(fromHex(secret), campaignId, no, uid, terms)).toEqual({ place, prize });
  });

  it('is computed as the page of the rule has it', async () => {
    const json = (name: string) => JSON.parse(rule.split(`\`\`\`json ${name}\n`)[1]!.split('```')[0]!);
    interface Vector {
      campaignId: string; round: number; secret: string; passPpb: number; secretHash: string;
      prizes: { amount: number; quantity: number; chancePpb: number }[]; users: { uid: string; prize: number }[];
    }
    const published: Vector[] = json('rain-vectors');
    const termsOf = ({ passPpb, prizes }: Vector): RainTerms => ({
      prizes: prizes.map(({ amount, quantity, chancePpb }) => ({ amount, quantity: quantity || undefined, probability: chancePpb / 1e9 || undefined })), passRate: passPpb / 1e9 || undefined,
    });
    for (const each of published) {
      expect(await commitment(each.campaignId, each.round, fromHex(each.secret), termsOf(each))).toBe(each.secretHash);
      for (const user of each.users) expect((await aimOf(fromHex(each.secret), each.campaignId, each.round, user.uid, termsOf(each))).prize).toBe(user.prize - 1);
    }
    const first = published[0]!;
    const example: { secret: string; place: string } = json('rain-example');
    expect(String((await aimOf(fromHex(example.secret), first.campaignId, first.round, '10086', termsOf(first))).place)).toBe(example.place);
  });

  const { campaignId, round: no, uid, secret, hash, place, prize } = vectors[0]!;
  const shown: RoundRow = { ...round(no, 0, 60), secretHash: hash, secret };
  const over: CampaignRow = { campaignId, name: 'rain', status: 'ENDED', currency: 'CNY', startsAt: shown.startsAt, endsAt: shown.endsAt, rounds: [shown], ...terms };

  it('is right when the secret is the promised one', async () => {
    expect(await checkRound(over, shown, uid, hash)).toEqual({
      outcome: 'right', steps: [{ step: 'hashSeenBefore', right: true }, { step: 'hashMatches', right: true }], place, prize,
    });
    expect((await checkRound(over, shown, uid, undefined)).steps).toHaveLength(1);
  });

  it('is wrong when the secret or the promise was changed', async () => {
    const other = { ...shown, secret: secret.replace('00', '01') };
    expect((await checkRound(over, other, uid, hash)).outcome).toBe('wrong');
    const exchanged = { ...other, secretHash: await commitment(campaignId, no, fromHex(other.secret), terms) };
    expect((await checkRound(over, exchanged, uid, undefined)).outcome).toBe('right');
    expect((await checkRound(over, exchanged, uid, hash)).outcome).toBe('wrong');
    for (const changed of [{ passRate: 0.2 }, { prizes: terms.prizes.slice(1) }, { prizes: [{ amount: 1, quantity: 1000 }, ...terms.prizes.slice(1)] }]) {
      expect((await checkRound({ ...over, ...changed }, shown, uid, hash)).outcome).toBe('wrong');
    }
  });

  it('is not known before the end, nor without cryptography', async () => {
    expect((await checkRound(over, { ...shown, secret: undefined }, uid, hash)).outcome).toBe('notRevealed');
    expect((await checkRound({ ...over, prizes: undefined }, shown, uid, hash)).outcome).toBe('notRevealed');
    vi.stubGlobal('crypto', {});
    expect((await checkRound(over, shown, uid, hash)).outcome).toBe('unsupported');
    vi.unstubAllGlobals();
  });
});
