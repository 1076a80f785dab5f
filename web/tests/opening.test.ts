import { HongbaoError, type PacketDetail } from 'hongbao-client';
import { describe, expect, it, vi } from 'vitest';
import { packetCondition, rainCondition } from '../src/opening/conditionText';
import { momentOf, momentText, openingOf } from '../src/opening/opensAt';
import { passwordRefusal } from '../src/opening/refusal';
import { canRetry, stateOfClaim } from '../src/packet/packetState';
import { spread, type Falling } from '../src/rain/fallingPackets';
import { RainPasswords } from '../src/rain/rainPasswords';
import { en } from '../src/words/en';
import { zh } from '../src/words/zh';

const refused = (status: number, code: string, facts: ConstructorParameters<typeof HongbaoError>[2] = {}) => new HongbaoError(code, status, facts);
const packet = (part: Partial<PacketDetail>) => ({ status: 'ACTIVE', sender: '1001', senderName: 'Lin', contentId: 'clip-snow-1', ...part }) as PacketDetail;

describe('a refused password', () => {
  it('may be said again as often as the service tells', () => {
    expect(passwordRefusal(refused(400, 'VALIDATION_FAILED', { errors: { password: ['is wrong'] }, triesLeft: 4 }))).toEqual({ kind: 'wrong', triesLeft: 4 });
    expect(passwordRefusal(refused(400, 'VALIDATION_FAILED', { errors: { password: ['is required'] } }))).toEqual({ kind: 'wrong', triesLeft: undefined });
    expect(passwordRefusal(refused(400, 'VALIDATION_FAILED', { errors: { password: ['is wrong'] }, triesLeft: 0 }))).toEqual({ kind: 'locked', triesLeft: 0 });
    expect(passwordRefusal(refused(409, 'LIMIT_EXCEEDED', { triesLeft: 0 }))).toEqual({ kind: 'locked', triesLeft: 0 });
  });

  it('is told from everything else', () => {
    for (const other of [refused(409, 'LIMIT_EXCEEDED'), refused(400, 'VALIDATION_FAILED', { errors: { round: ['is wrong'] } }), refused(0, 'OFFLINE'), new Error('password')]) {
      expect(passwordRefusal(other)).toBeUndefined();
    }
  });
});

describe('a refused claim', () => {
  it('says what there is to do', () => {
    const share = { kind: 'share' as const, contentId: 'video-7' };
    const follow = { kind: 'follow' as const, uid: '1001' };
    const states = [
      stateOfClaim(refused(400, 'VALIDATION_FAILED', { errors: { password: ['is wrong'] }, triesLeft: 2 }), { kind: 'password' }),
      stateOfClaim(refused(409, 'LIMIT_EXCEEDED', { triesLeft: 0 }), { kind: 'password' }),
      stateOfClaim(refused(403, 'NOT_IN_SCOPE'), follow),
      stateOfClaim(refused(403, 'NOT_IN_SCOPE'), share),
      stateOfClaim(refused(403, 'NOT_IN_SCOPE'), undefined),
      stateOfClaim(refused(403, 'NOT_IN_SCOPE'), { kind: 'password' }),
      stateOfClaim(refused(409, 'PACKET_NOT_ACTIVE', { retryAfterMs: 90_000 }), undefined),
      stateOfClaim(refused(409, 'PACKET_NOT_ACTIVE'), undefined),
      stateOfClaim(refused(503, 'DEGRADED', { retryAfterMs: 1000 }), follow),
    ];
    expect(states).toEqual(['wrongPassword', 'locked', 'notFollowing', 'notShared', 'notInScope', 'notInScope', 'early', 'notActive', 'degraded']);
    expect(states.map(canRetry)).toEqual([true, false, true, true, false, false, true, false, true]);
  });
});

describe('the moment of opening', () => {
  it('is waited for while the packet is active', () => {
    const opensAt = '2031-02-05T12:00:00.000Z';
    expect(openingOf(packet({ opensAt }))).toBe(Date.parse(opensAt));
    expect(openingOf(packet({}))).toBeUndefined();
    expect(openingOf(packet({ opensAt, status: 'EXPIRED' }))).toBeUndefined();
    expect(openingOf(undefined)).toBeUndefined();
  });

  it('is typed as the device shows times', () => {
    const ms = new Date(2031, 11, 5, 9, 7).getTime();
    expect(momentText(ms)).toBe('2031-12-05T09:07');
    expect(momentOf(momentText(ms))).toBe(ms);
    for (const text of ['', 'half', '2031-12-05', '2031-13-05T09:07', '2031-12-05 09:07', '2031-12-05T09:07Z']) expect(momentOf(text)).toBeUndefined();
  });

  it('is known from the packet, and from a refusal that came too early', async () => {
    // Another clock, which has heard nothing yet, and all that goes with it.
    vi.resetModules();
    const { hearRefusal, hearTimeOf } = await import('../src/opening/opensAt');
    const { serverClock } = await import('../src/countdown/serverClock');
    const client = await import('hongbao-client');
    const early = (retryAfterMs: number) => new client.HongbaoError('PACKET_NOT_ACTIVE', 409, { retryAfterMs });
    const opensAt = Date.now() + 10 * 3_600_000;
    const leftMs = () => Math.round((opensAt - serverClock.now()) / 1000) * 1000;

    // What is told as an hour may be any time above it.
    hearRefusal(early(3_600_000), opensAt);
    expect(leftMs()).toBe(36_000_000);
    hearRefusal(early(90_000), opensAt);
    expect(leftMs()).toBe(90_000);
    hearTimeOf([packet({}), packet({ serverTime: new Date(opensAt - 60_000).toISOString() })]);
    expect(leftMs()).toBe(60_000);
  });
});

describe('a condition in words', () => {
  it('of a packet names whom and what', () => {
    expect(packetCondition(packet({ condition: { kind: 'password' } }), zh)).toBe('这是口令红包');
    expect(packetCondition(packet({ condition: { kind: 'follow', uid: '1001' } }), en)).toBe('For those who follow Lin');
    expect(packetCondition(packet({ condition: { kind: 'follow', uid: '1001' }, senderName: '' }), en)).toBe('For those who follow User 1001');
    expect(packetCondition(packet({ condition: { kind: 'follow', uid: '1002' } }), zh)).toBe('关注用户号 1002才能领');
    expect(packetCondition(packet({ condition: { kind: 'share', contentId: 'clip-snow-1' } }), en)).toBe('For those who have shared this video');
    expect(packetCondition(packet({ condition: { kind: 'share', contentId: 'spring-gala' } }), en)).toBe('For those who have shared “spring-gala”');
    expect(packetCondition(packet({ condition: { kind: 'share', contentId: '🧧'.repeat(25) } }), en)).toBe(`For those who have shared “${'🧧'.repeat(23)}…”`);
    for (const condition of [undefined, { kind: 'dance' as never }]) expect(packetCondition(packet({ condition }), en)).toBeUndefined();
  });

  it('of a rain does too', () => {
    const of = (condition: object | undefined) => rainCondition({ condition } as never, en);
    expect([of({ kind: 'follow', uid: '7' }), of({ kind: 'share', contentId: 'x' }), of({ kind: 'password' }), of(undefined)]).toEqual(
      ['For those who follow User 7', 'For those who have shared “x”', undefined, undefined],
    );
  });
});

describe('the password of a rain', () => {
  it('is kept on the page for one user and one campaign until it is refused', () => {
    const passwords = new RainPasswords();
    const told: number[] = [];
    passwords.all.subscribe((all) => told.push(all.size));
    passwords.say('1001', '7', 'a');
    passwords.say('1001', '8', 'b');
    passwords.say('1001', '7', 'c');
    expect([passwords.of('1001', '7'), passwords.of('1001', '8'), passwords.of('1002', '7')]).toEqual(['c', 'b', undefined]);
    passwords.forget('1001', '7');
    expect([passwords.of('1001', '7'), passwords.of('1001', '8')]).toEqual([undefined, 'b']);
    expect(told).toEqual([1, 2, 2, 1]);
  });
});

describe('a sky that is turned', () => {
  it('keeps what falls where it is across it', () => {
    const packets = [30, 180, 330].map((x) => ({ x, y: 9 }) as Falling);
    spread(packets, 360, 720);
    expect(packets).toEqual([{ x: 60, y: 9 }, { x: 360, y: 9 }, { x: 660, y: 9 }]);
    spread(packets, 0, 100);
    expect(packets[0]?.x).toBe(60);
  });
});
