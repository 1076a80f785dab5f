import type { Words } from './zh';

export function timeText(at: string, tag: string): string {
  return new Intl.DateTimeFormat(tag, { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    new Date(at),
  );
}

export function clockText(at: string, tag: string): string {
  return new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at));
}

/** "23 hours": the time left in its largest unit, or undefined when there is none. */
export function timeLeft(until: string, words: Words, now = Date.now()): string | undefined {
  const seconds = Math.ceil((Date.parse(until) - now) / 1000);
  if (!(seconds > 0)) return undefined;
  if (seconds < 60) return words.span.seconds(seconds);
  if (seconds < 3600) return words.span.minutes(Math.floor(seconds / 60));
  if (seconds < 2 * 86_400) return words.span.hours(Math.floor(seconds / 3600));
  return words.span.days(Math.floor(seconds / 86_400));
}
