import { HongbaoError } from './HongbaoError.js';

/** Makes an error of an answer that is no success. Each field is read by itself: what is missing or of another kind is missing, for a proxy may have answered. */
export function problemOf(response: Response, json: unknown): HongbaoError {
  const said = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : undefined);
  const number = (name: string) => (typeof said[name] === 'number' ? said[name] : undefined);
  const code = text('code');
  return new HongbaoError(code !== undefined && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : `HTTP_${response.status}`, response.status, {
    detail: text('detail'),
    traceId: text('traceId'),
    errors: errorsOf(said['errors']),
    retryAfterMs: number('retryAfterMs') ?? toldMs(response.headers),
    maxPolls: number('maxPolls'),
    triesLeft: number('triesLeft'),
  });
}

function errorsOf(said: unknown): Record<string, string[]> {
  if (typeof said !== 'object' || said === null) return {};
  const lists = Object.entries(said).filter((field): field is [string, unknown[]] => Array.isArray(field[1]));
  return Object.fromEntries(lists.map(([name, messages]) => [name, messages.filter((message) => typeof message === 'string')]));
}

/** Seconds, or a date. A date is compared with the answer's own: clocks of phones are minutes off. */
function toldMs(headers: Headers): number | undefined {
  const header = headers.get('retry-after');
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const sent = Date.parse(headers.get('date') ?? '');
  const ms = Date.parse(header) - (Number.isNaN(sent) ? Date.now() : sent);
  return Number.isNaN(ms) ? undefined : ms;
}
