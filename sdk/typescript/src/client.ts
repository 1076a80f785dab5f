import type { Call, CallOptions, Patience } from './call.js';
import { Operations } from './generated/operations.js';
import { HongbaoError } from './HongbaoError.js';
import { Repetition } from './repeat.js';

/**
 * Gives the token of the user on whose behalf a request is made. Called at the beginning of each call without an argument, and at most once more in it with the token
 * that the service has just refused: then it gives a newer one, or undefined when there is none.
 */
export type TokenSource = (refused?: string) => string | undefined | Promise<string | undefined>;

/** Whose requests a client makes, and how patient it is. */
export interface ClientOptions extends Partial<Patience> {
  /** Where the service is, such as `https://packets.example.com`; in a page by default where the page came from. */
  service?: string;
  /** The user's tokens; without them only what is open to everybody can be asked. */
  token?: TokenSource;
  /** The language of texts for people, such as `zh-CN`; in a page the browser's by default. */
  locale?: string;
  /** Sends the requests; the global one by default. */
  fetch?: typeof fetch;
  /** Between 0 and 1: spreads those who were told the same time. */
  random?: () => number;
  /** Told after each request: what it failed with, or nothing for a success. */
  onAttempt?(failure?: HongbaoError): void;
}

const usual: Patience = {
  attemptTimeoutMs: 10_000,
  deadlineMs: 30_000,
  attempts: 6,
  maxPolls: 10,
  longestWaitMs: Number.POSITIVE_INFINITY,
  repeats: (failure) => failure.transient,
};

/**
 * A Hongbao service over HTTP, for one user at a time. Every method sends its request again, the very same one, while nobody answers or the service asks to come
 * again, until the call's deadline; every request of the contract can be repeated without being carried out twice. It keeps nothing between calls.
 */
export class HongbaoClient extends Operations {
  private readonly base: string;

  constructor(private readonly options: ClientOptions = {}) {
    super();
    this.base = (options.service ?? '').replace(/\/+$/, '');
  }

  protected async send<T>(call: Call, options: CallOptions = {}): Promise<T> {
    const repetition = new Repetition(patienceOf(this.options, options), this.options.random ?? Math.random);
    let token: string | undefined;
    let refused: HongbaoError | undefined;
    let renewed = false;
    let needsToken = call.takesToken && this.options.token !== undefined;
    for (;;) {
      options.signal?.throwIfAborted();
      try {
        if (needsToken) {
          const next = await this.options.token?.(refused && token);
          if (refused && (next === undefined || next === token)) throw refused;
          token = next;
          refused = undefined;
          needsToken = false;
        }

        return await this.attempt<T>(call, token, repetition.attemptTimeoutMs, options.signal);
      } catch (failure) {
        if (!(failure instanceof HongbaoError)) throw failure;
        if (failure.status === 401 && token !== undefined && !renewed) {
          // At once, and with the same request: it was not carried out.
          refused = failure;
          renewed = true;
          needsToken = true;
          continue;
        }

        await repetition.after(failure, options);
      }
    }
  }

  private async attempt<T>(call: Call, token: string | undefined, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
    try {
      const answer = await this.sendOnce<T>(call, token, timeoutMs, signal);
      this.options.onAttempt?.();
      return answer;
    } catch (failure) {
      if (failure instanceof HongbaoError) this.options.onAttempt?.(failure);
      throw failure;
    }
  }

  private async sendOnce<T>(call: Call, token: string | undefined, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token) headers['authorization'] = `Bearer ${token}`;
    if (this.options.locale) headers['accept-language'] = this.options.locale;
    if (call.body !== undefined) headers['content-type'] = 'application/json';

    const end = new AbortController();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      end.abort();
    }, timeoutMs);
    const stop = () => end.abort();
    signal?.addEventListener('abort', stop, { once: true });
    let response: Response;
    let text: string;
    try {
      response = await (this.options.fetch ?? fetch)(this.base + call.path + queryOf(call.query), {
        method: call.method,
        headers,
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        signal: end.signal,
        cache: 'no-store',
        credentials: 'omit',
      });
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new HongbaoError(timedOut ? 'TIMEOUT' : 'OFFLINE', 0, { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }

    const json = parse(text);
    if (!response.ok) throw problemOf(response, json);
    if (json === undefined) throw new HongbaoError('BAD_ANSWER', response.status, { detail: 'The answer is not what a Hongbao service says.' });
    return json as T;
  }
}

function patienceOf(client: Partial<Patience>, call: Partial<Patience>): Patience {
  return {
    attemptTimeoutMs: call.attemptTimeoutMs ?? client.attemptTimeoutMs ?? usual.attemptTimeoutMs,
    deadlineMs: call.deadlineMs ?? client.deadlineMs ?? usual.deadlineMs,
    attempts: call.attempts ?? client.attempts ?? usual.attempts,
    maxPolls: call.maxPolls ?? client.maxPolls ?? usual.maxPolls,
    longestWaitMs: call.longestWaitMs ?? client.longestWaitMs ?? usual.longestWaitMs,
    repeats: call.repeats ?? client.repeats ?? usual.repeats,
  };
}

function queryOf(values: Call['query'] = {}): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whatever is missing is missing: a proxy may have answered. */
function problemOf(response: Response, json: unknown): HongbaoError {
  const said = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : undefined);
  const number = (name: string) => (typeof said[name] === 'number' ? said[name] : undefined);
  return new HongbaoError(text('code') ?? `HTTP_${response.status}`, response.status, {
    detail: text('detail'),
    traceId: text('traceId'),
    errors: (said['errors'] as Record<string, string[]> | undefined) ?? {},
    retryAfterMs: number('retryAfterMs') ?? toldMs(response.headers.get('retry-after')),
    maxPolls: number('maxPolls'),
  });
}

/** Seconds, or a date. */
function toldMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? ms : undefined;
}
