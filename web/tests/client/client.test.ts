import { HongbaoError, newRequestId } from 'hongbao-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aClaim, answer, broken, busy, ok, refusal, run, type Sent, scripted, silent } from './scriptedService';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 1, 17) });
});
afterEach(() => {
  vi.useRealTimers();
});

const packet = {
  amount: 10_000,
  count: 10,
  currency: 'CNY',
  split: 'random',
  scope: { kind: 'exclusive', uids: ['4611686018427387904'] },
  funding: { kind: 'cashier' },
} as const;
const newPacket = () => ({ ...packet, scope: { ...packet.scope, uids: [...packet.scope.uids] } });

/** Remembers packets by their request numbers, as the real service does. */
function packetBook() {
  const packets = new Map<string, string>();
  const create = (sent: Sent) => {
    const number = String(sent.body['requestId']);
    const known = packets.get(number);
    if (!known) packets.set(number, String(7301 + packets.size));
    return answer(known ? 200 : 201, { packetNo: packets.get(number), kind: 'c2c', status: 'PENDING_PAYMENT', expiresAt: '', seedHash: 'ab' });
  };
  return { packets, create };
}

describe('a call', () => {
  it('has the form of the contract', async () => {
    const { client, sent } = scripted([packetBook().create], { service: 'http://service.test/', token: () => 't1', locale: 'zh-CN' });
    await client.createPacket({ ...newPacket(), requestId: 'order-1' });
    expect(sent[0]).toMatchObject({
      method: 'POST',
      path: 'http://service.test/api/v1/packets',
      body: { ...packet, requestId: 'order-1' },
      headers: { accept: 'application/json', authorization: 'Bearer t1', 'accept-language': 'zh-CN', 'content-type': 'application/json' },
    });
  });

  it('puts parameters into the address only when they are given', async () => {
    const { client, sent } = scripted([ok({ items: [] })]);
    await client.listClaims('5');
    await client.listClaims('5/6', { limit: 3, cursor: 'a b&c' });
    expect(sent.map((request) => request.path)).toEqual(['/api/v1/packets/5/claims', '/api/v1/packets/5%2F6/claims?limit=3&cursor=a+b%26c']);
  });

  it('fails with everything that the service said', async () => {
    const { client, sent } = scripted([refusal(400, 'VALIDATION_FAILED', { errors: { amount: ['must be at least 1'] } })]);
    const failure = await client.createPacket(newPacket()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HongbaoError);
    expect(failure).toMatchObject({ code: 'VALIDATION_FAILED', status: 400, detail: 'said', traceId: '0af7', errors: { amount: ['must be at least 1'] }, refused: true, transient: false });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['<html>', 200, 'BAD_ANSWER'],
    ['', 200, 'BAD_ANSWER'],
    ['<html>', 403, 'HTTP_403'],
  ])('says so when something else answers: %j', async (body, status, code) => {
    const { client } = scripted([() => answer(status, body)]);
    await expect(client.getWallet()).rejects.toMatchObject({ code, status });
  });

  it('asks for a token once, and for none where none is needed', async () => {
    const asked: (string | undefined)[] = [];
    const token = (refused?: string) => {
      asked.push(refused);
      return 't1';
    };
    const { client, sent } = scripted([broken, ok(aClaim), ok({})], { token });
    await run(client.claim('5'));
    await client.getLimits();
    expect(asked).toEqual([undefined]);
    expect(sent.map((request) => request.headers['authorization'])).toEqual(['Bearer t1', 'Bearer t1', undefined]);
  });

  it('replaces a refused token once', async () => {
    const token = (refused?: string) => (refused === undefined ? 'old' : 'new');
    const found = scripted([refusal(401, 'UNAUTHENTICATED'), ok(aClaim)], { token });
    await found.client.claim('5');
    expect(found.sent.map((request) => request.headers['authorization'])).toEqual(['Bearer old', 'Bearer new']);

    const never = scripted([refusal(401, 'UNAUTHENTICATED')], { token });
    await expect(never.client.claim('5')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(never.sent).toHaveLength(2);
  });

  it.each([undefined, 'old'])('keeps the refusal when there is no newer token than %j', async (second) => {
    const { client, sent } = scripted([refusal(401, 'UNAUTHENTICATED')], { token: (refused) => (refused === undefined ? 'old' : second) });
    await expect(client.claim('5')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', traceId: '0af7' });
    expect(sent).toHaveLength(1);
  });

  it('tells of every request', async () => {
    const told: (string | undefined)[] = [];
    const { client } = scripted([broken, busy(1, 10), ok(aClaim)], { onAttempt: (failure) => told.push(failure?.code) });
    await run(client.claim('5'));
    expect(told).toEqual(['OFFLINE', 'CLAIM_BUSY', undefined]);
  });
});

describe('the same request again', () => {
  it('makes exactly one packet when the answer was lost after it was made', async () => {
    const book = packetBook();
    const lose = (sent: Sent): Response => {
      book.create(sent);
      throw new TypeError('fetch failed');
    };
    const proxy = (sent: Sent) => {
      book.create(sent);
      return answer(502, '<html>');
    };
    const { client, sent, onWait } = scripted([lose, proxy, book.create]);
    expect(await run(client.createPacket(newPacket(), { onWait }))).toMatchObject({ packetNo: '7301' });
    expect(book.packets.size).toBe(1);
    expect(new Set(sent.map((request) => request.body['requestId'])).size).toBe(1);
    expect(sent).toHaveLength(3);
    expect(sent[0]?.body['requestId']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('has a number of its own for each call', () => {
    expect(newRequestId()).not.toBe(newRequestId());
  });

  it('comes after a growing rest, and not for ever', async () => {
    const { client, sent, onWait, waitsMs } = scripted([broken, refusal(500, 'INTERNAL'), () => answer(504, ''), broken]);
    await expect(run(client.getWallet({ onWait }))).rejects.toMatchObject({ code: 'OFFLINE', unanswered: true });
    expect(sent).toHaveLength(6);
    expect(waitsMs()).toEqual([150, 300, 600, 1200, 2400]);
  });

  it('comes when a service that sheds says, and not from all at once', async () => {
    const { client, onWait, waitsMs } = scripted([
      refusal(503, 'OVERLOADED', {}, { 'retry-after': '2' }),
      refusal(429, 'RATE_LIMITED', {}, { 'retry-after': 'Tue, 17 Feb 2026 00:00:10 GMT' }),
      refusal(503, 'DEGRADED'),
      ok(aClaim),
    ]);
    await run(client.claim('5', { onWait }));
    expect(waitsMs()).toEqual([3000, 10_500, 750]);
  });

  it('is not sent when the wait would outlast the deadline', async () => {
    const far = scripted([refusal(503, 'OVERLOADED', {}, { 'retry-after': '3600' })]);
    await expect(far.client.getWallet({ onWait: far.onWait })).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterMs: 3_600_000 });
    expect(far.waits).toEqual([]);
    const near = scripted([busy(200, 10)]);
    await expect(run(near.client.claim('5', { deadlineMs: 600, onWait: near.onWait }))).rejects.toMatchObject({ code: 'CLAIM_BUSY' });
    expect(near.waitsMs()).toEqual([275, 275]);
  });

  it('follows one that was not answered in time', async () => {
    const { client, waits, onWait } = scripted([silent, ok(aClaim)]);
    expect(await run(client.claim('5', { onWait }))).toEqual(aClaim);
    expect(waits[0]?.failure.code).toBe('TIMEOUT');
  });

  it('is not sent any more when the caller has ended the call', async () => {
    const during = new AbortController();
    const silence = scripted([silent]);
    const call = silence.client.claim('5', { signal: during.signal });
    await vi.advanceTimersByTimeAsync(0);
    during.abort(new Error('left'));
    await expect(call).rejects.toThrow('left');

    const waiting = new AbortController();
    const line = scripted([busy(200, 10)]);
    const polled = line.client.claim('5', { signal: waiting.signal });
    await vi.advanceTimersByTimeAsync(0);
    waiting.abort(new Error('left'));
    await expect(polled).rejects.toThrow('left');
    await expect(line.client.claim('5', { signal: waiting.signal })).rejects.toThrow('left');
    expect([silence.sent.length, line.sent.length, vi.getTimerCount()]).toEqual([1, 1, 0]);
  });
});
