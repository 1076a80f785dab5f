import { useEffect, useRef, useState } from 'preact/hooks';
import { PasswordInput } from '../opening/PasswordInput';
import { wordProblem } from '../opening/plainWord';
import { useValue } from '../value';
import { useWords } from '../words/language';
import { rainPasswords } from './rainPasswords';

/** What the user says to a rain; undefined until he has, and again once it was refused. */
export function useRainPassword(uid: string, campaignId: string): string | undefined {
  useValue(rainPasswords.all);
  return rainPasswords.of(uid, campaignId);
}

interface PasswordFormProps {
  action: string;
  hint?: string;
  /** What came of the last one. */
  problem?: string;
  initial?: string;
  /** Takes over the focus of what it takes the place of; where nobody asked for it it does not, for that may bring up a keyboard. */
  focuses?: boolean;
  onSay(password: string): void;
}

/** Asks for a rain's password. What can be none is told here: it is not sent, and costs no try. */
export function PasswordForm({ action, hint, problem, initial = '', focuses = false, onSay }: PasswordFormProps) {
  const words = useWords();
  const [text, setText] = useState(initial);
  const [fault, setFault] = useState<string>();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (focuses && document.activeElement === document.body) form.current?.querySelector('input')?.focus({ preventScroll: true });
  }, [focuses]);
  const say = (event: Event) => {
    event.preventDefault();
    const unsaid = text === '' ? words.rain.passwordMissing : wordProblem(text) && words.opening.odd;
    setFault(unsaid);
    if (unsaid) form.current?.querySelector('input')?.focus();
    else onSay(text);
  };
  return (
    <form ref={form} class="rain-password" noValidate onSubmit={say}>
      <PasswordInput label={words.rain.password} text={text} problem={fault ?? problem} hint={hint} testId="rain-password" onChange={setText} />
      <button type="submit" class="pill pill-gold" data-testid="rain-password-say">
        {action}
      </button>
    </form>
  );
}

/** Before the round: the password is taken early, so that nobody has to type in the rain. */
export function PasswordAhead({ uid, campaignId }: { uid: string; campaignId: string }) {
  const words = useWords();
  const said = useRainPassword(uid, campaignId);
  const [changing, setChanging] = useState(false);
  const change = useRef<HTMLButtonElement>(null);
  const kept = said !== undefined && !changing;
  useEffect(() => {
    if (kept && document.activeElement === document.body) change.current?.focus({ preventScroll: true });
  }, [kept]);
  if (kept) {
    return (
      <p class="rain-password-kept" role="status" data-testid="rain-password-kept">
        {words.rain.passwordKept}
        <button ref={change} type="button" class="rain-later" data-testid="rain-password-change" onClick={() => setChanging(true)}>
          {words.rain.passwordChange}
        </button>
      </p>
    );
  }
  return (
    <PasswordForm
      action={words.rain.passwordKeep}
      hint={words.rain.passwordHint}
      initial={said}
      focuses={changing}
      onSay={(password) => {
        rainPasswords.say(uid, campaignId, password);
        setChanging(false);
      }}
    />
  );
}
