import { addressOf } from './address.js';
import type { Call, CallOptions, Patience } from './call.js';
import { Operations } from './generated/operations.js';
import { shapes } from './generated/shapes.js';
import { HongbaoError } from './HongbaoError.js';
import { patienceOf } from './patience.js';
import { problemOf } from './problem.js';
import { Repetition } from './repeat.js';
import { faultIn } from './shape.js';

/**
 * Gives the token of the user on whose behalf a request is made. Asked at the beginning of each call with undefined, and once more in it with the token that the service has
 * just refused: then it gives a newer one, or undefined when there is none, and the refusal stands. A source that fails is asked the same again with the next attempt, if
 * it fails with a `HongbaoError`; anything else ends the call. The signal is the end of the attempt: its time is over, or the caller ended the call.
 */
export type TokenSource = (refused: string | undefined, signal: AbortSignal) => string | undefined | Promise<string | undefined>;

/** Whose requests a client makes, and how patient it is. */
export interface ClientOptions extends Partial<Patience> {
  /**
   * Where the service is, such as `https://packets.example.com`; in a page by default where the page came from. The service allows pages of no other origin: for those
   * something between has to add the CORS headers (this SDK's README says which).
   */
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

/** A request as it is sent, each time the same. */
interface Prepared {
  address: string;
  method: string;
  body: string | undefined;
}

/** How far a call has come with its token. */
interface Credentials {
  needed: boolean;
  token?: string;
  /** What the token was refused with, until there is another. */
  refusal?: HongbaoError;
  renewed: boolean;
}

/**
 * A Hongbao service over HTTP, for one user at a time. Every method sends its request again, the very same one, while nobody answers or the service asks to come
 * again, until the call's deadline; every request of the contract can be repeated without being carried out twice. It keeps nothing between calls.
 */
export class HongbaoClient extends Operations {
  /** @throws RangeError, TypeError for a setting that cannot be. */
  constructor(private readonly options: ClientOptions = {}) {
    super();
    patienceOf(options);
    // Without one it is found out at the first call: a module of a page may be loaded where there is no page yet.
    if (options.service !== undefined) addressOf(options.service, '/');
  }

  protected async send<T>(call: Call, options: CallOptions = {}): Promise<T> {
    const repetition = new Repetition(patienceOf(this.options, options), this.options.random ?? Math.random);
    const request: Prepared = {
      address: addressOf(this.options.service, call.path + queryOf(call.query)),
      method: call.method,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
    };
    const credentials: Credentials = { needed: call.takesToken && this.options.token !== undefined, renewed: false };
    for (;;) {
      options.signal?.throwIfAborted();
      try {
        return (await this.attempt(request, call, credentials, repetition.attemptTimeoutMs, options.signal)) as T;
      } catch (failure) {
        if (!(failure instanceof HongbaoError)) throw failure;
        if (failure.status === 401 && failure.code !== 'BAD_ANSWER' && credentials.token !== undefined && !credentials.renewed) {
          // At once, and with the same request: it was not carried out.
          credentials.refusal = failure;
          credentials.renewed = true;
          credentials.needed = true;
          continue;
        }

        await repetition.after(failure, options);
      }
    }
  }

  /** One request with its token, until it is answered, its time is over or the caller ends it. */
  private async attempt(request: Prepared, call: Call, credentials: Credentials, timeoutMs: number, signal: AbortSignal | undefined): Promise<unknown> {
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(new HongbaoError('TIMEOUT', 0)), timeoutMs);
    const stop = () => end.abort(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await this.exchange(request, call, credentials, end.signal);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }

  private async exchange(request: Prepared, call: Call, credentials: Credentials, end: AbortSignal): Promise<unknown> {
    const token = await this.tokenFor(credentials, end);
    // What was ended meanwhile is not sent.
    end.throwIfAborted();
    const headers = this.headersOf(request, token);
    try {
      const answer = await unlessEnded(this.sendOnce(request, call, headers, end), end);
      this.options.onAttempt?.();
      return answer;
    } catch (failure) {
      if (failure instanceof HongbaoError) this.options.onAttempt?.(failure);
      throw failure;
    }
  }

  private async tokenFor(credentials: Credentials, end: AbortSignal): Promise<string | undefined> {
    if (!credentials.needed) return credentials.token;
    const { refusal, token } = credentials;
    const next = await unlessEnded(Promise.resolve(this.options.token?.(refusal && token, end)), end);
    if (refusal && (next === undefined || next === token)) throw refusal;
    credentials.token = next;
    credentials.refusal = undefined;
    credentials.needed = false;
    return next;
  }

  private headersOf(request: Prepared, token: string | undefined): Headers {
    const headers = new Headers({ accept: 'application/json' });
    if (token) headers.set('authorization', `Bearer ${token}`);
    if (this.options.locale) headers.set('accept-language', this.options.locale);
    if (request.body !== undefined) headers.set('content-type', 'application/json');
    return headers;
  }

  private async sendOnce(request: Prepared, call: Call, headers: Headers, end: AbortSignal): Promise<unknown> {
    let response: Response;
    let text: string;
    try {
      response = await (this.options.fetch ?? fetch)(request.address, {
        method: request.method,
        headers,
        body: request.body,
        signal: end,
        cache: 'no-store',
        credentials: 'omit',
        // The contract has none: whoever it leads to would get the body, and the answer of another request would be taken for this one's.
        redirect: 'manual',
      });
      text = await response.text();
    } catch (cause) {
      end.throwIfAborted();
      throw new HongbaoError('OFFLINE', 0, { cause });
    }

    // A page is not told which redirection it was.
    if (response.type === 'opaqueredirect') throw new HongbaoError('BAD_ANSWER', 300, { detail: 'The service does not redirect: something else answered.' });
    const json = parse(text);
    if (!response.ok) throw problemOf(response, json);
    const fault = faultIn(json, call.answer, shapes);
    if (fault !== undefined) throw new HongbaoError('BAD_ANSWER', response.status, { detail: `The answer is not what a Hongbao service says: ${fault}.` });
    return json;
  }
}

/** The work's outcome, or the end's reason when that comes first: not everything that is waited for knows of the end. */
function unlessEnded<T>(work: Promise<T>, end: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(end.reason);
    if (end.aborted) stop();
    end.addEventListener('abort', stop, { once: true });
    const settle = () => end.removeEventListener('abort', stop);
    work.then(resolve, reject).then(settle, settle);
  });
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
