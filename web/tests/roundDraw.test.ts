import { HongbaoClient, HongbaoError, type RainDrawAnswer } from 'hongbao-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { askDraw } from '../src/rain/askDraw';
import { drawMemory } from '../src/rain/drawMemory';
import { RoundDraw } from '../src/rain/roundDraw';
import type { Kept } from '../src/storage';

const win: RainDrawAnswer = { won: true, amount: 888, currency: 'CNY', token: 'tok', expiresAt: '2031-02-05T12:00:00Z' };
const lost: RainDrawAnswer = { won: false };
const kept = (): Kept => {
  const values = new Map<string, unknown>();
  return { get: (key) => values.get(key), set: (key, value) => void values.set(key, value), remove: (key) => void values.delete(key) };
};

describe('a draw in a round', () => {
  let storage: Kept;
  let asked: number;
  let answer: (value: RainDrawAnswer | HongbaoError) => Promise<void>;
  const page = (round = 1, uid = '1001') => {
    const draw = new RoundDraw(
      () => {
        asked += 1;
        return new Promise<RainDrawAnswer>((resolve, reject) => {
          answer = async (value) => {
            if (value instanceof HongbaoError) reject(value);
            else resolve(value);
            await new Promise((done) => setTimeout(done));
          };
        });
      },
      drawMemory(uid, '7', round, storage),
    );
    draw.resume();
    return draw;
  };

  beforeEach(() => {
    storage = kept();
    asked = 0;
  });

  it('is one request, however many packets are tapped', async () => {
    const draw = page();
    expect(draw.state.current.stage).toBe('ready');
    for (let i = 0; i < 20; i++) draw.draw();
    expect([draw.state.current.stage, asked]).toEqual(['asking', 1]);
    await answer(win);
    expect(draw.state.current).toEqual({ stage: 'won', win: { amount: 888, currency: 'CNY', token: 'tok', expiresAt: win.expiresAt }, fresh: true });
    for (let i = 0; i < 20; i++) draw.draw();
    expect(asked).toBe(1);
  });

  it('can be lost, and stays so without asking again', async () => {
    const draw = page();
    draw.draw();
    await answer(lost);
    expect(draw.state.current).toEqual({ stage: 'lost' });
    draw.draw();
    expect(page().state.current).toEqual({ stage: 'lost' });
    expect(asked).toBe(1);
  });

  it('shows what was won at once after a reload, with its token from the service', async () => {
    page().draw();
    await answer(win);
    const reloaded = page();
    expect([reloaded.state.current.stage, asked]).toEqual(['asking', 2]);
    await answer(win);
    expect(reloaded.state.current).toMatchObject({ stage: 'won', fresh: false });
  });

  it('is asked again after a reload when its answer never came', async () => {
    page().draw();
    const reloaded = page();
    expect([reloaded.state.current.stage, asked]).toEqual(['asking', 2]);
    await answer(lost);
    expect(reloaded.state.current.stage).toBe('lost');
  });

  it('can be tried again after a failure', async () => {
    const draw = page();
    draw.draw();
    await answer(new HongbaoError('OFFLINE', 0));
    expect(draw.state.current).toEqual({ stage: 'failed', code: 'OFFLINE' });
    draw.draw();
    await answer(win);
    expect([draw.state.current.stage, asked]).toEqual(['won', 2]);
  });

  it('forgets what was refused, but never a win', async () => {
    const draw = page();
    draw.draw();
    await answer(new HongbaoError('CAMPAIGN_NOT_OPEN', 409));
    expect(draw.state.current).toEqual({ stage: 'refused', code: 'CAMPAIGN_NOT_OPEN' });
    expect(page().state.current.stage).toBe('ready');

    draw.draw();
    await answer(win);
    const reloaded = page();
    await answer(new HongbaoError('CAMPAIGN_NOT_OPEN', 409));
    expect(reloaded.state.current.stage).toBe('refused');
    expect(drawMemory('1001', '7', 1, storage).read()).toBe('won');
  });

  it('is asked for the password, once more when it was wrong, until there are no tries left', async () => {
    const said = (triesLeft?: number) => new HongbaoError('VALIDATION_FAILED', 400, { errors: { password: ['is wrong'] }, triesLeft });
    const draw = page();
    draw.draw();
    await answer(said(2));
    expect(draw.state.current).toEqual({ stage: 'password', triesLeft: 2 });
    // Nothing came of it: after a reload nothing is taken up.
    expect([page().state.current.stage, asked]).toEqual(['ready', 1]);
    draw.draw();
    await answer(said(0));
    expect(draw.state.current).toEqual({ stage: 'locked' });
    draw.draw();
    expect(asked).toBe(2);

    const other = page(1, '1002');
    other.draw();
    await answer(new HongbaoError('LIMIT_EXCEEDED', 409, { triesLeft: 0 }));
    expect(other.state.current.stage).toBe('locked');
    const limited = page(1, '1003');
    limited.draw();
    await answer(new HongbaoError('LIMIT_EXCEEDED', 409));
    expect(limited.state.current).toEqual({ stage: 'refused', code: 'LIMIT_EXCEEDED' });
  });

  it('does not forget what was asked when a reloaded page has to be told the password again', async () => {
    page().draw();
    const reloaded = page();
    await answer(new HongbaoError('VALIDATION_FAILED', 400, { errors: { password: ['is required'] } }));
    expect(reloaded.state.current).toEqual({ stage: 'password', triesLeft: undefined });
    expect(drawMemory('1001', '7', 1, storage).read()).toBe('asked');
    reloaded.draw();
    await answer(win);
    expect(reloaded.state.current.stage).toBe('won');
  });

  it('takes an answer that lacks the token for none', async () => {
    const draw = page();
    draw.draw();
    await answer({ won: true, amount: 1 });
    expect(draw.state.current).toEqual({ stage: 'failed', code: 'BAD_ANSWER' });
  });

  it('is its own in every round and for every user', async () => {
    page().draw();
    await answer(lost);
    expect(page(2).state.current.stage).toBe('ready');
    expect(page(1, '1002').state.current.stage).toBe('ready');
    storage.set('rain.1001.7.1', { odd: 'shape' });
    expect(page().state.current.stage).toBe('ready');
  });
});

describe('asking for a draw', () => {
  const problem = (status: number, code: string, retryAfterMs?: number) => () =>
    new Response(JSON.stringify({ status, code, title: code, retryAfterMs }), { status, headers: { 'content-type': 'application/problem+json', ...(retryAfterMs !== undefined && { 'retry-after': '1' }) } });
  const given = () => new Response(JSON.stringify({ won: false }), { headers: { 'content-type': 'application/json' } });
  const gone = () => {
    throw new TypeError('failed to fetch');
  };
  const ask = (answers: (() => Response)[], password?: () => string | undefined) => {
    const sent: string[] = [];
    const service = new HongbaoClient({
      service: 'http://one.example',
      attempts: 1,
      random: () => 0,
      fetch: async (address, init) => {
        sent.push(`${init?.method} ${String(address)}${init?.body ? ` ${String(init.body)}` : ''}`);
        return (answers.shift() ?? given)();
      },
    });
    const lines: number[] = [];
    const asking = askDraw(service, '7', 2, () => 1_000, () => new AbortController().signal, password);
    return { sent, lines, answer: asking((line) => lines.push(line)) };
  };

  it('comes again when the service says so or nobody answers', async () => {
    const { sent, lines, answer } = ask([problem(429, 'RATE_LIMITED', 20), problem(503, 'OVERLOADED', 20), gone]);
    expect(await answer).toEqual({ won: false });
    expect(sent).toEqual(Array.from({ length: 4 }, () => 'POST http://one.example/api/v1/campaigns/7/rounds/2/draws'));
    expect(lines).toEqual([1, 2]);
  });

  it('does not come again after a refusal', async () => {
    const { sent, answer } = ask([problem(409, 'CAMPAIGN_NOT_OPEN')]);
    await expect(answer).rejects.toMatchObject({ code: 'CAMPAIGN_NOT_OPEN' });
    expect(sent).toHaveLength(1);
  });

  it('says the password, and after a lost answer once more only', async () => {
    const { sent, answer } = ask([problem(429, 'RATE_LIMITED', 20), gone, gone, gone], () => '恭喜发财');
    await expect(answer).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(sent).toEqual(Array.from({ length: 3 }, () => 'POST http://one.example/api/v1/campaigns/7/rounds/2/draws {"password":"恭喜发财"}'));
  });
});
