import type { Words } from '../words/zh';

/** "12:45", "2 days 03:12:45": for the eye. */
export function clockText(leftMs: number, words: Words): string {
  const { days, clock } = countdown(leftMs);
  return days > 0 ? `${words.span.days(days)} ${clock}` : clock;
}

/** "13 minutes", "2 days": for the ear, which does not want to hear every second. */
export function spanText(leftMs: number, words: Words): string {
  const minutes = Math.max(1, Math.ceil(leftMs / 60_000));
  if (minutes < 100) return words.span.minutes(minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? words.span.hours(hours) : words.span.days(Math.round(hours / 24));
}

/** The time left as a clock shows it: "12:45", "03:12:45"; whole days apart. Ends with the moment itself: a second that has begun counts. */
export function countdown(leftMs: number): { days: number; clock: string } {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return { days, clock: days > 0 || hours > 0 ? `${two(hours)}:${clock}` : clock };
}
