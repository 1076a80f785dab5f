import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimPacket } from '../src/packet/claimPacket';
import { aClaim, broken, busy, ok, refusal, run as runToEnd, scripted, silent } from '../../sdk/typescript/tests/scriptedService';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const overloaded = (seconds?: number) => refusal(503, 'OVERLOADED', {}, seconds === undefined ? {} : { 'retry-after': String(seconds) });
const claim = ok(aClaim);

/** Answers in turn; the last one is given for ever. */
function server(...answers: Parameters<typeof scripted>[0]) {
  const service = scripted(answers);
  const leaving = new AbortController();
  const log = {
    polls: [] as string[],
    leave: () => leaving.abort(new Error('left')),
    get sent() {
      return service.sent.length;
    },
    get waits() {
      return service.sent.slice(1).map((sent, i) => Math.round(sent.at - (service.sent[i]?.at ?? 0)));
    },
  };
  const during = new Map<number, () => void>();
  const run = () =>
    runToEnd(
      claimPacket(service.client, '5', {
        signal: leaving.signal,
        onBusy: (poll, most) => {
          log.polls.push(`${poll}/${most}`);
          during.get(poll)?.();
        },
      }),
    );
  return { log, run, whileWaiting: (nth: number, happens: () => void) => during.set(nth, happens) };
}

describe('claiming', () => {
  it('takes the first answer', async () => {
    const { log, run } = server(claim);
    expect(await run()).toEqual(aClaim);
    expect(log.sent).toBe(1);
  });

  it('polls a busy packet as the server says', async () => {
    const { log, run } = server(busy(200, 10), busy(400, 10), claim);
    expect(await run()).toEqual(aClaim);
    expect(log.waits).toEqual([275, 475]);
    expect(log.polls).toEqual(['1/10', '2/10']);
  });

  it('polls at most ten times, whatever the server says', async () => {
    for (const most of [undefined, 10, 1000]) {
      const { log, run } = server(busy(1, most));
      await expect(run()).rejects.toMatchObject({ code: 'CLAIM_BUSY' });
      expect(log.sent).toBe(11);
    }
  });

  it('polls less when the server says so', async () => {
    const { log, run } = server(busy(1, 3));
    await expect(run()).rejects.toMatchObject({ code: 'CLAIM_BUSY' });
    expect(log.sent).toBe(4);
  });

  it('asks again for a lost answer, twice', async () => {
    const found = server(silent, silent, claim);
    expect(await found.run()).toEqual(aClaim);
    const never = server(silent);
    await expect(never.run()).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(never.log.sent).toBe(3);
  });

  it('says the password with every poll, and asks for a lost answer once: a wrong one costs a try', async () => {
    const run = (...answers: Parameters<typeof scripted>[0]) => {
      const service = scripted(answers);
      const claiming = claimPacket(service.client, '5', { signal: new AbortController().signal, onBusy: () => undefined, password: '恭喜发财' });
      return { service, outcome: runToEnd(claiming) };
    };
    const found = run(busy(1, 10), silent, claim);
    expect(await found.outcome).toEqual(aClaim);
    expect(found.service.sent.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => ({ password: '恭喜发财' })));
    const never = run(silent);
    await expect(never.outcome).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(never.service.sent).toHaveLength(2);

    // Nothing is sent along where nothing is asked for.
    const plain = scripted([claim]);
    await runToEnd(claimPacket(plain.client, '5', { signal: new AbortController().signal, onBusy: () => undefined }));
    expect(plain.sent[0]?.text).toBe('');
  });

  it('does not ask again after a refusal', async () => {
    const { log, run } = server(refusal(409, 'PACKET_EXHAUSTED'));
    await expect(run()).rejects.toMatchObject({ code: 'PACKET_EXHAUSTED' });
    expect(log.sent).toBe(1);
  });

  it('stops when nobody waits for it any more', async () => {
    const { log, run } = server(busy(1, 10));
    log.leave();
    await expect(run()).rejects.toThrow('left');
    expect(log.sent).toBe(0);
  });

  it('polls an overloaded service like a busy packet, and spreads its people itself', async () => {
    const { log, run } = server(overloaded(1), busy(200, 10), claim);
    expect(await run()).toEqual(aClaim);
    expect(log.waits).toEqual([1500, 275]);
    expect(log.polls).toEqual(['1/10', '2/10']);
  });

  it('counts busy and overloaded together', async () => {
    const { log, run } = server(...Array.from({ length: 8 }, () => busy(1, 10)), overloaded(1));
    await expect(run()).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(log.sent).toBe(11);
  });

  it('gives up when it would have to wait longer than people do, and never comes before it was told', async () => {
    for (const answer of [busy(3_600_000, 10), busy(10_001, 10), overloaded(11)]) {
      const { log, run } = server(busy(1, 10), answer, claim);
      await expect(run()).rejects.toMatchObject({ transient: true });
      expect(log.sent).toBe(2);
    }
    const { log, run } = server(busy(10_000, 10), busy(-5, 10), busy(0, 10), overloaded(), claim);
    expect(await run()).toEqual(aClaim);
    expect(log.waits).toEqual([10_075, 250, 250, 750]);
  });

  it('ends the line when the packet does', async () => {
    const { log, run } = server(busy(1, 10), busy(1, 10), refusal(409, 'PACKET_EXHAUSTED'));
    await expect(run()).rejects.toMatchObject({ code: 'PACKET_EXHAUSTED' });
    expect(log.sent).toBe(3);
  });

  it('keeps its place in the line when answers are lost in the middle', async () => {
    const { log, run } = server(busy(1, 10), broken, busy(1, 10), silent, claim);
    expect(await run()).toEqual(aClaim);
    expect(log.polls).toEqual(['1/10', '2/10']);
  });

  it('says so when the network is gone for good in the middle', async () => {
    const { log, run } = server(busy(1, 10), broken);
    await expect(run()).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(log.sent).toBe(4);
  });

  it('sends nothing more when the page is left while it waits', async () => {
    const { log, run, whileWaiting } = server(busy(1, 10));
    whileWaiting(2, log.leave);
    await expect(run()).rejects.toThrow('left');
    expect(log.sent).toBe(2);
    expect(log.polls).toEqual(['1/10', '2/10']);
  });

  it('does not poll what is refused for other reasons', async () => {
    for (const code of ['RATE_LIMITED', 'DEGRADED', 'RISK_REFUSED', 'UNAUTHENTICATED']) {
      const { log, run } = server(refusal(429, code));
      await expect(run()).rejects.toMatchObject({ code });
      expect(log.sent).toBe(1);
    }
  });
});
