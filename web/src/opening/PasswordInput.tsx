import { useEffect, useId, useRef } from 'preact/hooks';
import './passwordInput.css';

interface PasswordInputProps {
  label: string;
  text: string;
  /** Why what was said is not it, or what to do. */
  problem: string | undefined;
  hint?: string;
  testId: string;
  /** What is shown is about to be decided. */
  busy?: boolean;
  autofocus?: boolean;
  onChange(text: string): void;
}

/** A word that people tell each other: nothing that the browser should hide, correct or keep. */
export function PasswordInput({ label, text, problem, hint, testId, busy = false, autofocus = false, onChange }: PasswordInputProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What was wrong is typed over, without a key for each of its characters.
    if (problem && document.activeElement === input.current) input.current?.select();
  }, [problem]);
  return (
    <div class="password">
      <label for={id}>{label}</label>
      <input
        ref={input}
        id={id}
        data-testid={testId}
        data-autofocus={autofocus || undefined}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="go"
        value={text}
        readOnly={busy}
        aria-invalid={Boolean(problem)}
        aria-describedby={`${id}-said`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p class={problem ? 'password-problem' : 'password-hint'} id={`${id}-said`} role={problem ? 'alert' : undefined} data-testid={`${testId}-said`}>
        {problem ?? hint}
      </p>
    </div>
  );
}
