import { type CallWait, type ClientOptions, HongbaoClient } from 'hongbao-client';
import { vi } from 'vitest';

/** A request as it left the client. */
export interface Sent {
  method: string;
  path: string;
  body: Record<string, unknown>;
  /** As it was written. */
  text: string;
  headers: Record<string, string>;
  redirect: string | undefined;
  /** When, milliseconds. */
  at: number;
}

export type Answer = (sent: Sent, signal: AbortSignal) => Response | Promise<Response>;

export const service = 'http://service.test';

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
export const aWallet = { currency: 'CNY', change: 88, reward: 0 };

/** Answers in turn; the last one is given for ever. Time moves only by the client's own waits. */
export function scripted(answers: Answer[], options: ClientOptions = {}) {
  const sent: Sent[] = [];
  const waits: CallWait[] = [];
  const client = new HongbaoClient({
    service,
    random: () => 0.5,
    ...options,
    fetch: async (path, init) => {
      const text = String(init?.body ?? '');
      const request: Sent = {
        method: init?.method ?? '',
        path: String(path).replace(service, ''),
        body: text === '' ? {} : JSON.parse(text),
        text,
        headers: Object.fromEntries(new Headers(init?.headers)),
        redirect: init?.redirect,
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

/** Remembers packets by their request numbers, as the real service does. */
export function packetBook() {
  const packets = new Map<string, string>();
  const create = (sent: Sent) => {
    const number = String(sent.body['requestId']);
    const known = packets.get(number);
    if (!known) packets.set(number, String(7301 + packets.size));
    return answer(known ? 200 : 201, { packetNo: packets.get(number), kind: 'c2c', status: 'PENDING_PAYMENT', expiresAt: '', seedHash: 'ab' });
  };
  return { packets, create };
}
