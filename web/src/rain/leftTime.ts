import type { Words } from '../words/zh';
import { countdown } from './rounds';

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
