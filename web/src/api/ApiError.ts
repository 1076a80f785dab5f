/** What went wrong with a request: the server's problem document, or no answer at all (OFFLINE, TIMEOUT). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly errors: Record<string, string[]>;
  readonly retryAfterMs: number | undefined;
  readonly maxPolls: number | undefined;

  constructor(
    code: string,
    status: number,
    more: {
      detail?: string;
      errors?: Record<string, string[]>;
      retryAfterMs?: number;
      maxPolls?: number;
      cause?: unknown;
    } = {},
  ) {
    super(`${code} (${status})`, { cause: more.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.detail = more.detail;
    this.errors = more.errors ?? {};
    this.retryAfterMs = more.retryAfterMs;
    this.maxPolls = more.maxPolls;
  }

  /** No answer came: the request may or may not have been carried out. */
  get lost(): boolean {
    return this.status === 0;
  }

  /** The server decided against it, so the same request will not be carried out later. */
  get refused(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 429].includes(this.status);
  }
}

export function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : 'UNKNOWN';
}
