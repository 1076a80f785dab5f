import { type CreatePacketBody, HongbaoClient, HongbaoError, newRequestId, type TokenSource } from 'hongbao-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aClaim, answer, aWallet, broken, busy, ok, packetBook, refusal, run, type Sent, scripted, silent } from './scriptedService';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 1, 17) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const newPacket = (requestId = newRequestId()): CreatePacketBody => ({
  requestId,
  amount: 10_000,
  count: 10,
  currency: 'CNY',
  split: 'random',
  scope: { kind: 'exclusive', uids: ['4611686018427387904'] },
  funding: { kind: 'cashier' },
});

describe('a call', () => {
  it('has the form of the contract', async () => {
    const { client, sent } = scripted([packetBook().create], { service: 'http://service.test/', token: () => 't1', locale: 'zh-CN' });
    const packet = newPacket('order-1');
    await client.createPacket(packet);
    expect(sent[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/packets',
      body: { ...packet },
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

  it('says after a wrong password how often another may be said', async () => {
    const { client } = scripted([refusal(400, 'VALIDATION_FAILED', { errors: { password: ['is wrong'] }, triesLeft: 0 }), refusal(400, 'VALIDATION_FAILED', { triesLeft: 'few' })]);
    await expect(client.claim('5', {}, { password: 'x' })).rejects.toMatchObject({ triesLeft: 0, refused: true });
    await expect(client.claim('5')).rejects.toMatchObject({ triesLeft: undefined });
  });

  it('keeps what it can read of a refusal', async () => {
    const { client } = scripted([refusal(404, 'NOT_FOUND', { errors: { amount: 'text', count: ['must be', 5] }, traceId: 7, detail: null })]);
    await expect(client.getWallet()).rejects.toMatchObject({ code: 'NOT_FOUND', errors: { count: ['must be'] }, traceId: undefined, detail: undefined, refused: true });
  });

  it('asks for a token once, and for none where none is needed', async () => {
    const asked: (string | undefined)[] = [];
    const token: TokenSource = (refused) => {
      asked.push(refused);
      return 't1';
    };
    const limits = { currency: 'CNY', maxCount: 1, minShare: 1, maxShare: 1, maxGreeting: 1, minTtlSeconds: 1, maxTtlSeconds: 1, defaultTtlSeconds: 1 };
    const { client, sent } = scripted([broken, ok(aClaim), ok(limits)], { token });
    await run(client.claim('5'));
    await client.getLimits();
    expect(asked).toEqual([undefined]);
    expect(sent.map((request) => request.headers['authorization'])).toEqual(['Bearer t1', 'Bearer t1', undefined]);
  });

  it('replaces a refused token once', async () => {
    const token: TokenSource = (refused) => (refused === undefined ? 'old' : 'new');
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

  it('keeps the refusal also when asking for a newer token fails at first', async () => {
    const asked: (string | undefined)[] = [];
    const { client } = scripted([refusal(401, 'UNAUTHENTICATED')], {
      token: (refused) => {
        asked.push(refused);
        if (asked.length === 2) throw new HongbaoError('OFFLINE', 0);
        return refused === undefined ? 'old' : undefined;
      },
    });
    await expect(run(client.claim('5'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    expect(asked).toEqual([undefined, 'old', 'old']);
  });

  it('tells of every request', async () => {
    const told: (string | undefined)[] = [];
    const { client } = scripted([broken, silent, busy(1, 10), ok(aClaim)], { onAttempt: (failure) => told.push(failure?.code) });
    await run(client.claim('5'));
    expect(told).toEqual(['OFFLINE', 'TIMEOUT', 'CLAIM_BUSY', undefined]);
  });
});

describe('what answers', () => {
  const page = { items: [{ claimNo: '7', seq: 1, uid: '1001', name: '', avatar: '', amount: 88, claimedAt: '', luckiest: false }] };

  it.each([
    ['<html>', 'all of it'],
    ['', 'all of it'],
    [null, 'all of it'],
    [[], 'all of it'],
    ['"ok"', 'all of it'],
    [{ login: true }, 'items'],
    [{ items: {} }, 'items'],
    [{ items: [null] }, 'items[0]'],
    [{ items: [{ ...page.items[0], amount: '88' }] }, 'items[0].amount'],
    [{ items: [...page.items, { ...page.items[0], luckiest: undefined }] }, 'items[1].luckiest'],
    [{ ...page, next: 5 }, 'next'],
  ])('is no service when it says %j', async (body, place) => {
    const { client, sent } = scripted([ok(body)]);
    await expect(run(client.listClaims('5'))).rejects.toMatchObject({
      code: 'BAD_ANSWER', status: 200, detail: `The answer is not what a Hongbao service says: ${place}.`, refused: false, transient: false,
    });
    expect(sent).toHaveLength(1);
  });

  it('says parts of one as numbers above 0 and at most 1', async () => {
    const campaign = { campaignId: '7', name: '', status: 'ENDED', currency: 'CNY', startsAt: '', endsAt: '', rounds: [] };
    const list = (more: object) => ({ serverTime: '', items: [{ ...campaign, ...more }] });
    for (const good of [{}, { passRate: 1e-9 }, { passRate: 1, prizes: [{ amount: 1, probability: 0.5 }] }]) {
      expect(await scripted([ok(list(good))]).client.listCampaigns()).toEqual(list(good));
    }
    for (const passRate of [0, 1.1, -0.5, '0.5']) {
      await expect(run(scripted([ok(list({ passRate }))]).client.listCampaigns())).rejects.toMatchObject({ code: 'BAD_ANSWER', detail: expect.stringContaining('items[0].passRate') });
    }
  });

  it('may be newer than this client', async () => {
    const newer = { ...aClaim, status: 'SLEEPING', mood: { good: true } };
    expect(await scripted([ok(newer)]).client.claim('5')).toEqual(newer);
    expect(await scripted([ok({ ...page, next: null })]).client.listClaims('5')).toEqual({ ...page, next: null });
    await expect(scripted([refusal(409, 'SOLD_OUT')]).client.claim('5')).rejects.toMatchObject({ code: 'SOLD_OUT', refused: true });
  });

  it('gives numbers of 63 bits as they are, and no amount that was rounded', async () => {
    expect((await scripted([ok(aClaim)]).client.claim('5')).claimNo).toBe('9223372036854775807');
    const most = JSON.stringify({ ...aClaim, amount: Number.MAX_SAFE_INTEGER });
    expect((await scripted([ok(most)]).client.claim('5')).amount).toBe(9_007_199_254_740_991);
    await expect(scripted([ok(most.replace('740991', '740993'))]).client.claim('5')).rejects.toMatchObject({ code: 'BAD_ANSWER' });
    await expect(scripted([ok(most.replace('740991', '740991.5'))]).client.claim('5')).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  it.each([
    [403, '<html>'],
    [404, { code: 'blocked' }],
    [405, { code: 405 }],
  ])('decides nothing when a proxy refuses with %i', async (status, body) => {
    const { client } = scripted([() => answer(status, body)]);
    await expect(client.getWallet()).rejects.toMatchObject({ code: `HTTP_${status}`, status, refused: false });
  });

  it('decides nothing and is not asked again when it is no service', () => {
    for (const status of [200, 401, 404, 503]) expect(new HongbaoError('BAD_ANSWER', status)).toMatchObject({ refused: false, transient: false });
  });

  it('does not send the request elsewhere', async () => {
    const told = scripted([() => answer(307, '', { location: 'https://elsewhere.test/' })]);
    await expect(told.client.createPacket(newPacket())).rejects.toMatchObject({ code: 'HTTP_307', refused: false, transient: false });
    expect(told.sent.map((request) => request.redirect)).toEqual(['manual']);

    // As a page is told of it.
    const opaque = Object.defineProperties(Response.error(), { type: { value: 'opaqueredirect' } });
    const hidden = scripted([() => opaque]);
    await expect(run(hidden.client.createPacket(newPacket()))).rejects.toMatchObject({ code: 'BAD_ANSWER', refused: false, unanswered: false, transient: false });
    expect(hidden.sent).toHaveLength(1);
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
    expect(new Set(sent.map((request) => request.text)).size).toBe(1);
    expect(sent).toHaveLength(3);
  });

  it('makes one packet also by another call, as the sample has it', async () => {
    const book = packetBook();
    const lost = scripted([
      (sent) => {
        book.create(sent);
        throw new TypeError('fetch failed');
      },
    ]);
    const requestId = newRequestId();
    const send = (client: HongbaoClient) => run(client.createPacket(newPacket(requestId)));
    await expect(send(lost.client)).rejects.toMatchObject({ code: 'OFFLINE', unanswered: true });
    const found = scripted([book.create]);
    expect(await send(found.client)).toMatchObject({ packetNo: '7301' });
    expect(await send(found.client)).toMatchObject({ packetNo: '7301' });
    expect(book.packets.size).toBe(1);
  });

  it('makes another packet under another number', async () => {
    const book = packetBook();
    const { client, sent } = scripted([book.create]);
    await client.createPacket(newPacket(newRequestId()));
    await client.createPacket(newPacket(newRequestId()));
    expect(book.packets.size).toBe(2);
    for (const { body } of sent) expect(body['requestId']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is the same although the caller changes its object meanwhile', async () => {
    const packet = newPacket();
    const change = () => {
      packet.scope.uids?.push('2');
      packet.amount = 1;
    };
    const { client, sent } = scripted([broken, packetBook().create]);
    await run(client.createPacket(packet, { onWait: change }));
    expect(packet.amount).toBe(1);
    expect(sent[1]?.text).toBe(sent[0]?.text);
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

  it('does not come from all at once when they are told to come at once', async () => {
    const { client, onWait, waitsMs } = scripted([
      refusal(503, 'OVERLOADED', {}, { 'retry-after': '0' }),
      refusal(503, 'OVERLOADED', {}, { 'retry-after': 'Mon, 16 Feb 2026 23:00:00 GMT' }),
      refusal(503, 'OVERLOADED', { retryAfterMs: 10 }),
      busy(0, 10),
      ok(aClaim),
    ]);
    await run(client.claim('5', { onWait }));
    expect(waitsMs()).toEqual([250, 250, 260, 250]);
  });

  it('comes by the clock of the answer, not by the phone\'s', async () => {
    // The phone is an hour late, and then an hour early.
    const { client, onWait, waitsMs } = scripted([
      refusal(503, 'OVERLOADED', {}, { date: 'Tue, 17 Feb 2026 01:00:00 GMT', 'retry-after': 'Tue, 17 Feb 2026 01:00:02 GMT' }),
      refusal(503, 'OVERLOADED', {}, { date: 'Mon, 16 Feb 2026 23:00:00 GMT', 'retry-after': 'Mon, 16 Feb 2026 23:00:04 GMT' }),
      ok(aClaim),
    ]);
    await run(client.claim('5', { onWait }));
    expect(waitsMs()).toEqual([3000, 6000]);
  });

  it('comes as often as the hottest packet grants, within the usual deadline', async () => {
    const { client, sent } = scripted([...Array.from({ length: 10 }, () => busy(5000, 10)), ok(aClaim)], { random: () => 1 });
    expect(await run(client.claim('5'))).toEqual(aClaim);
    expect(sent).toHaveLength(11);
  });

  it('is not sent when the wait would outlast the deadline', async () => {
    const far = scripted([refusal(503, 'OVERLOADED', {}, { 'retry-after': '3600' })]);
    await expect(far.client.getWallet({ onWait: far.onWait })).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterMs: 3_600_000 });
    expect(far.waits).toEqual([]);
    const near = scripted([busy(200, 10)]);
    await expect(run(near.client.claim('5', { deadlineMs: 600, onWait: near.onWait }))).rejects.toMatchObject({ code: 'CLAIM_BUSY' });
    expect(near.waitsMs()).toEqual([275, 275]);
  });

  it('is not sent when the service asks for more patience than there is, and not after a wait that no timer can count', async () => {
    for (const [answers, options] of [
      [[refusal(503, 'OVERLOADED', { retryAfterMs: 5001 })], { longestWaitMs: 5000 }],
      [[refusal(503, 'OVERLOADED', { retryAfterMs: 2 ** 31 })], { deadlineMs: Number.POSITIVE_INFINITY }],
    ] as const) {
      const { client, sent } = scripted([...answers]);
      await expect(run(client.getWallet(options))).rejects.toMatchObject({ code: 'OVERLOADED' });
      expect(sent).toHaveLength(1);
    }
  });

  it('follows one that was not answered in time', async () => {
    const { client, waits, onWait } = scripted([silent, ok(aClaim)]);
    expect(await run(client.claim('5', { onWait }))).toEqual(aClaim);
    expect(waits[0]?.failure.code).toBe('TIMEOUT');
  });
});

describe('who ends a call', () => {
  it('ends its request and its waiting', async () => {
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

  it('ends it also while its token is fetched: nothing is sent any more', async () => {
    const leaving = new AbortController();
    let give: (token: string) => void = () => undefined;
    const told: AbortSignal[] = [];
    const { client, sent } = scripted([ok(aClaim)], {
      token: (_, signal) => {
        told.push(signal);
        return new Promise((resolve) => {
          give = resolve;
        });
      },
    });
    const call = client.claim('5', { signal: leaving.signal });
    await vi.advanceTimersByTimeAsync(1000);
    leaving.abort(new Error('left'));
    give('t1');
    await expect(call).rejects.toThrow('left');
    await vi.advanceTimersByTimeAsync(1000);
    expect([sent.length, vi.getTimerCount(), told[0]?.aborted]).toEqual([0, 0, true]);
  });

  it('ends it in the very moment in which the token comes', async () => {
    const leaving = new AbortController();
    const token = Promise.resolve('t1');
    const { client, sent } = scripted([ok(aClaim)], { token: () => token });
    const call = client.claim('5', { signal: leaving.signal });
    void token.then(() => leaving.abort(new Error('left')));
    await expect(call).rejects.toThrow('left');
    expect(sent).toEqual([]);
  });

  it('ends it although what sends the requests does not listen', async () => {
    const leaving = new AbortController();
    const { client } = scripted([() => new Promise(() => undefined)]);
    const call = client.claim('5', { signal: leaving.signal });
    await vi.advanceTimersByTimeAsync(0);
    leaving.abort(new Error('left'));
    await expect(call).rejects.toThrow('left');
  });

  it('need not: a source of tokens that never answers ends with the deadline', async () => {
    const { client, sent } = scripted([ok(aClaim)], { token: () => new Promise(() => undefined), attemptTimeoutMs: 1000, deadlineMs: 5000 });
    const began = performance.now();
    await expect(run(client.claim('5'))).rejects.toMatchObject({ code: 'TIMEOUT', unanswered: true });
    expect(performance.now() - began).toBeLessThanOrEqual(5000);
    expect([sent.length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe('a fault of the program', () => {
  it.each([
    { attempts: 0 },
    { attempts: Number.NaN },
    { maxPolls: -1 },
    { attemptTimeoutMs: 0 },
    { attemptTimeoutMs: Number.POSITIVE_INFINITY },
    { deadlineMs: 0 },
    { deadlineMs: Number.NaN },
    { longestWaitMs: -1 },
  ])('is told at once: %j', async (options) => {
    expect(() => new HongbaoClient(options)).toThrow(RangeError);
    const { client, sent } = scripted([ok(aWallet)]);
    await expect(client.getWallet(options)).rejects.toThrow(RangeError);
    expect(sent).toEqual([]);
  });

  it.each(['packets.test', 'ftp://packets.test', 'http://packets.test/?x=1', '/packets'])('is told for the address %s', (address) => {
    expect(() => new HongbaoClient({ service: address })).toThrow(TypeError);
  });

  it('is told when nobody said where the service is; a page knows it', async () => {
    const { client, sent } = scripted([ok(aWallet)], { service: undefined });
    await expect(client.getWallet()).rejects.toThrow(/^service: outside of a page/);
    expect(sent).toEqual([]);

    vi.stubGlobal('location', { origin: 'https://page.test' });
    await client.getWallet();
    const below = scripted([ok(aWallet)], { service: '/red/' });
    await below.client.getWallet();
    expect([...sent, ...below.sent].map((request) => request.path)).toEqual(['https://page.test/api/v1/me/wallet', 'https://page.test/red/api/v1/me/wallet']);
  });

  it('is told for a header that cannot be, not as a broken connection', async () => {
    const { client, sent, waits, onWait } = scripted([ok(aWallet)], { token: () => 'two\nlines' });
    await expect(client.getWallet({ onWait })).rejects.toThrow(TypeError);
    expect([sent, waits]).toEqual([[], []]);
  });

  it('is told when a source of tokens has one', async () => {
    const { client } = scripted([ok(aWallet)], {
      token: () => {
        throw new RangeError('mine');
      },
    });
    await expect(client.getWallet()).rejects.toThrow('mine');
    expect(vi.getTimerCount()).toBe(0);
  });
});
