import type { ServiceCode } from './generated/types.js';

/** What a call can end with: the service's codes, and what is said here when nothing of it answers. The service may learn new ones. */
export type Code = ServiceCode | 'RATE_LIMITED' | 'OFFLINE' | 'TIMEOUT' | 'BAD_ANSWER' | (string & {});

/** What is known of a failure beside its code and status. */
export interface ErrorFacts {
  detail?: string;
  traceId?: string;
  errors?: Record<string, string[]>;
  retryAfterMs?: number;
  maxPolls?: number;
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
  }

  /** No answer came: the request may or may not have been carried out. */
  get unanswered(): boolean {
    return this.status === 0;
  }

  /** The service decided against it, so the same request will not be carried out later. */
  get refused(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 429].includes(this.status);
  }

  /** The same request can succeed in a moment: no answer, 408, 429 or a fault of the service (5xx). */
  get transient(): boolean {
    return this.unanswered || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** The service is there and asks to come again later: 429 and 503. */
  get asksToComeAgain(): boolean {
    return this.status === 429 || this.status === 503;
  }
}
