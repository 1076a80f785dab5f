import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/api/ApiError';
import { claimPacket } from '../src/packet/claimPacket';

const busy = (retryAfterMs?: number, maxPolls?: number) => new ApiError('CLAIM_BUSY', 429, { retryAfterMs, maxPolls });
const overloaded = (retryAfterMs?: number) => new ApiError('OVERLOADED', 503, { retryAfterMs });
const offline = () => new ApiError('OFFLINE', 0);
const lost = () => new ApiError('TIMEOUT', 0);

/** Answers in turn; the last one is given for ever. */
function server(...answers: (ApiError | string)[]) {
  const log = { sent: 0, waits: [] as number[], polls: [] as string[], stopped: false };
  const during = new Map<number, () => void>();
  const run = () =>
    claimPacket(
      async () => {
        const answer = answers[Math.min(log.sent, answers.length - 1)];
        log.sent += 1;
        if (answer instanceof ApiError) throw answer;
        return answer;
      },
      {
        wait: async (ms) => {
          log.waits.push(ms);
          during.get(log.waits.length)?.();
        },
        random: () => 0.5,
        onBusy: (poll, most) => log.polls.push(`${poll}/${most}`),
        stopped: () => log.stopped,
      },
    );
  return { log, run, whileWaiting: (nth: number, happens: () => void) => during.set(nth, happens) };
}

describe('claiming', () => {
  it('takes the first answer', async () => {
    const { log, run } = server('claim');
    expect(await run()).toBe('claim');
    expect(log.sent).toBe(1);
  });

  it('polls a busy packet as the server says', async () => {
    const { log, run } = server(busy(200, 10), busy(400, 10), 'claim');
    expect(await run()).toBe('claim');
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
    const found = server(lost(), lost(), 'claim');
    expect(await found.run()).toBe('claim');
    const never = server(lost());
    await expect(never.run()).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(never.log.sent).toBe(3);
  });

  it('does not ask again after a refusal', async () => {
    const { log, run } = server(new ApiError('PACKET_EXHAUSTED', 409));
    await expect(run()).rejects.toMatchObject({ code: 'PACKET_EXHAUSTED' });
    expect(log.sent).toBe(1);
  });

  it('stops when nobody waits for it any more', async () => {
    const { log, run } = server(busy(1, 10));
    log.stopped = true;
    await expect(run()).rejects.toMatchObject({ code: 'CLAIM_BUSY' });
    expect(log.sent).toBe(1);
  });

  it('polls an overloaded service like a busy packet, and spreads its people itself', async () => {
    const { log, run } = server(overloaded(1000), busy(200, 10), 'claim');
    expect(await run()).toBe('claim');
    expect(log.waits).toEqual([1500, 275]);
    expect(log.polls).toEqual(['1/10', '2/10']);
  });

  it('counts busy and overloaded together', async () => {
    const { log, run } = server(...Array.from({ length: 8 }, () => busy(1, 10)), overloaded(1000));
    await expect(run()).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(log.sent).toBe(11);
  });

  it('waits no longer than people would, whatever the server says', async () => {
    const { log, run } = server(busy(3_600_000, 10), busy(-5, 10), overloaded(undefined), 'claim');
    expect(await run()).toBe('claim');
    expect(log.waits).toEqual([10_075, 75, 750]);
  });

  it('ends the line when the packet does', async () => {
    const { log, run } = server(busy(1, 10), busy(1, 10), new ApiError('PACKET_EXHAUSTED', 409));
    await expect(run()).rejects.toMatchObject({ code: 'PACKET_EXHAUSTED' });
    expect(log.sent).toBe(3);
  });

  it('keeps its place in the line when answers are lost in the middle', async () => {
    const { log, run } = server(busy(1, 10), offline(), busy(1, 10), lost(), 'claim');
    expect(await run()).toBe('claim');
    expect(log.polls).toEqual(['1/10', '2/10']);
  });

  it('says so when the network is gone for good in the middle', async () => {
    const { log, run } = server(busy(1, 10), offline());
    await expect(run()).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(log.sent).toBe(4);
  });

  it('sends nothing more when the page is left while it waits', async () => {
    const { log, run, whileWaiting } = server(busy(1, 10));
    whileWaiting(2, () => (log.stopped = true));
    await expect(run()).rejects.toMatchObject({ code: 'CLAIM_BUSY' });
    expect(log.sent).toBe(2);
    expect(log.polls).toEqual(['1/10', '2/10']);
  });

  it('does not poll what is refused for other reasons', async () => {
    for (const code of ['RATE_LIMITED', 'DEGRADED', 'RISK_REFUSED', 'UNAUTHENTICATED']) {
      const { log, run } = server(new ApiError(code, 429));
      await expect(run()).rejects.toMatchObject({ code });
      expect(log.sent).toBe(1);
    }
  });
});
