import { ApiError } from './ApiError';
import { online } from './connection';

export interface Credentials {
  token(): string | undefined;
  /** Called after a 401; true when there is a new token to try with. */
  renew(refusedToken: string | undefined): Promise<boolean>;
}

let credentials: Credentials | undefined;

export function setCredentials(source: Credentials): void {
  credentials = source;
}

export interface RequestOptions {
  body?: unknown;
  anonymous?: boolean;
  deadlineMs?: number;
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const token = options.anonymous ? undefined : credentials?.token();
  try {
    return await send<T>(method, path, token, options);
  } catch (error) {
    const refused = error instanceof ApiError && error.status === 401 && !options.anonymous;
    if (!refused || !(await credentials?.renew(token))) throw error;
    return await send<T>(method, path, credentials?.token(), options);
  }
}

async function send<T>(method: string, path: string, token: string | undefined, options: RequestOptions): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token) headers['authorization'] = `Bearer ${token}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';

  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: AbortSignal.timeout(options.deadlineMs ?? 10_000),
      cache: 'no-store',
      credentials: 'omit',
    });
    text = await response.text();
  } catch (error) {
    // A slow answer is not a broken connection: only the latter raises the banner.
    if (error instanceof DOMException && error.name === 'TimeoutError') throw new ApiError('TIMEOUT', 0, { cause: error });
    online.set(false);
    throw new ApiError('OFFLINE', 0, { cause: error });
  }
  online.set(true);

  const json = parse(text);
  if (!response.ok) throw problem(response, json);
  if (json === undefined && response.status !== 204) throw new ApiError('BAD_ANSWER', 502);
  return json as T;
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problem(response: Response, json: unknown): ApiError {
  const said = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs =
    typeof said['retryAfterMs'] === 'number' ? said['retryAfterMs'] : Number.isFinite(seconds) ? seconds * 1000 : undefined;
  return new ApiError(typeof said['code'] === 'string' ? said['code'] : `HTTP_${response.status}`, response.status, {
    detail: typeof said['detail'] === 'string' ? said['detail'] : undefined,
    errors: (said['errors'] as Record<string, string[]> | undefined) ?? {},
    retryAfterMs,
    maxPolls: typeof said['maxPolls'] === 'number' ? said['maxPolls'] : undefined,
  });
}
