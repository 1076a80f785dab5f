import { Value } from '../value';

/** One short line that says what just happened. */
export const toast = new Value<string>('');

let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string): void {
  clearTimeout(timer);
  toast.set(text);
  timer = setTimeout(() => toast.set(''), 3200);
}
