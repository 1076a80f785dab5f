import { HongbaoError } from 'hongbao-client';

/** What the service said of a password: another has to be said, or none is taken any more. */
export interface PasswordRefusal {
  kind: 'wrong' | 'locked';
  /** How often another may be said; not known when what was said could be no password. */
  triesLeft: number | undefined;
}

/** What an answer says of the password, of a packet as of a rain; undefined when it is about something else. */
export function passwordRefusal(error: unknown): PasswordRefusal | undefined {
  if (!(error instanceof HongbaoError)) return undefined;
  const { code, errors, triesLeft } = error;
  if (code === 'LIMIT_EXCEEDED' && triesLeft !== undefined) return { kind: 'locked', triesLeft };
  if (code !== 'VALIDATION_FAILED' || !errors['password']) return undefined;
  // The last one was wrong: the next is refused, whatever it says.
  return { kind: triesLeft === 0 ? 'locked' : 'wrong', triesLeft };
}
