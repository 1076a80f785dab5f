import { type CallWait, type ClientOptions, HongbaoClient } from 'hongbao-client';
import { vi } from 'vitest';

/** A request as it left the client. */
export interface Sent {
  method: string;
  path: string;
  body: Record<string, unknown>;
  headers: Record<string, string>;
  /** When, milliseconds. */
  at: number;
}

type Answer = (sent: Sent, signal: AbortSignal) => Response | Promise<Response>;

export const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
export const ok = (body: unknown): Answer => () => answer(200, body);
export const refusal = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}): Answer =>
  () => answer(status, { status, title: 't', detail: 'said', code, traceId: '0af7', ...more }, headers);
export const busy = (retryAfterMs?: number, maxPolls?: number) => refusal(429, 'CLAIM_BUSY', { retryAfterMs, maxPolls });

/** The connection breaks: the request may have been carried out. */
export const broken: Answer = () => {
  throw new TypeError('fetch failed');
};

/** No answer until the client gives up. */
export const silent: Answer = (_, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

export const aClaim = { claimNo: '9223372036854775807', packetNo: '5', seq: 1, amount: 88, status: 'CLAIMED', claimedAt: '2026-02-17T00:00:00.000Z', remainingCount: 3 };

/** Answers in turn; the last one is given for ever. Time moves only by the client's own waits. */
export function scripted(answers: Answer[], options: ClientOptions = {}) {
  const sent: Sent[] = [];
  const waits: CallWait[] = [];
  const client = new HongbaoClient({
    random: () => 0.5,
    ...options,
    fetch: async (path, init) => {
      const request: Sent = {
        method: init?.method ?? '',
        path: String(path),
        body: init?.body ? JSON.parse(String(init.body)) : {},
        headers: init?.headers as Record<string, string>,
        at: performance.now(),
      };
      sent.push(request);
      const next = answers[Math.min(sent.length, answers.length) - 1];
      if (!next) throw new Error('the script is empty');
      return next(request, init?.signal as AbortSignal);
    },
  });
  const onWait = (wait: CallWait) => {
    waits.push(wait);
  };
  return { client, sent, waits, onWait, waitsMs: () => waits.map((wait) => wait.waitMs) };
}

/** Runs a call to its end, whatever it waits for. */
export async function run<T>(call: Promise<T>): Promise<T> {
  const ended = call.then(
    () => true,
    () => true,
  );
  const notYet = () => vi.advanceTimersByTimeAsync(0).then(() => false);
  for (let step = 0; step < 1000 && !(await Promise.race([ended, notYet()])); step += 1) {
    if (vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync();
  }
  return call;
}
