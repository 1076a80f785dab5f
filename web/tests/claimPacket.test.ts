import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/api/ApiError';
import { claimPacket } from '../src/packet/claimPacket';

const busy = (retryAfterMs?: number, maxPolls?: number) => new ApiError('CLAIM_BUSY', 429, { retryAfterMs, maxPolls });
const lost = () => new ApiError('TIMEOUT', 0);

/** Answers in turn; the last one is given for ever. */
function server(...answers: (ApiError | string)[]) {
  const log = { sent: 0, waits: [] as number[], polls: [] as string[], stopped: false };
  const run = () =>
    claimPacket(
      async () => {
        const answer = answers[Math.min(log.sent, answers.length - 1)];
        log.sent += 1;
        if (answer instanceof ApiError) throw answer;
        return answer;
      },
      {
        wait: async (ms) => void log.waits.push(ms),
        random: () => 0.5,
        onBusy: (poll, most) => log.polls.push(`${poll}/${most}`),
        stopped: () => log.stopped,
      },
    );
  return { log, run };
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
});
