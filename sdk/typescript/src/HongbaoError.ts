import type { ServiceCode } from './generated/types.js';

/**
 * What a call can end with: the service's codes, and what is said here when nothing of it answers: `OFFLINE`, `TIMEOUT`, `BAD_ANSWER` (something answered that is no
 * Hongbao service), `HTTP_` and the status (the same, with a status that tells more). The service may learn new ones.
 */
export type Code = ServiceCode | 'OFFLINE' | 'TIMEOUT' | 'BAD_ANSWER' | (string & {});

const saidHere = /^(OFFLINE|TIMEOUT|BAD_ANSWER|HTTP_\d+)$/;

/** What is known of a failure beside its code and status. */
export interface ErrorFacts {
  detail?: string;
  traceId?: string;
  errors?: Record<string, string[]>;
  retryAfterMs?: number;
  maxPolls?: number;
  triesLeft?: number;
  cause?: unknown;
}

/** A request that did not succeed: refused by the service, or without an answer (OFFLINE, TIMEOUT). */
export class HongbaoError extends Error {
  readonly code: Code;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;
  /** What happened, for people. With DEGRADED it may be shown to users. */
  readonly detail: string | undefined;
  /** Finds the request in the service's logs. */
  readonly traceId: string | undefined;
  /** With VALIDATION_FAILED: what is wrong with each field. */
  readonly errors: Record<string, string[]>;
  /** When the service wants to be asked again, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** How often it wants to be asked again at most. */
  readonly maxPolls: number | undefined;
  /** After a wrong password: how often another may be said; 0 when none is taken from this user any more. */
  readonly triesLeft: number | undefined;

  constructor(code: Code, status: number, facts: ErrorFacts = {}) {
    super(facts.detail === undefined ? `${code} (${status})` : `${code} (${status}): ${facts.detail}`, { cause: facts.cause });
    this.name = 'HongbaoError';
    this.code = code;
    this.status = status;
    this.detail = facts.detail;
    this.traceId = facts.traceId;
    this.errors = facts.errors ?? {};
    this.retryAfterMs = facts.retryAfterMs;
    this.maxPolls = facts.maxPolls;
    this.triesLeft = facts.triesLeft;
  }

  /** No answer came: the request may or may not have been carried out. */
  get unanswered(): boolean {
    return this.status === 0;
  }

  /** The service decided against it, so the same request will not be carried out later. What something else answered (a proxy, a portal) decides nothing. */
  get refused(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 429].includes(this.status) && !saidHere.test(this.code);
  }

  /** The same request can succeed in a moment: no answer, 408, 429 or a fault of the service (5xx); not when something else answered in its place (`BAD_ANSWER`). */
  get transient(): boolean {
    return (this.unanswered || this.status === 408 || this.status === 429 || this.status >= 500) && this.code !== 'BAD_ANSWER';
  }

  /** The service is there and asks to come again later: 429 and 503. */
  get asksToComeAgain(): boolean {
    return this.status === 429 || this.status === 503;
  }
}
