import { useId, useRef, useState } from 'preact/hooks';
import { serverClock } from '../countdown/serverClock';
import { momentOf, momentText } from '../opening/opensAt';
import { useWords } from '../words/language';
import { ChoiceRow } from './ChoiceRow';
import type { Draft, Limits, Option } from './draft';

interface OpeningOptionsProps {
  draft: Draft;
  limits: Limits;
  open: boolean;
  onToggle(open: boolean): void;
  onChange(part: Partial<Draft>): void;
  onLeave(field: Option): void;
  problemOf(field: Option): string | undefined;
}

/** When a packet opens and to whom: what most senders leave alone, so that it is behind one line. */
export function OpeningOptions({ draft, limits, open, onToggle, onChange, onLeave, problemOf }: OpeningOptionsProps) {
  const words = useWords();
  const say = words.send;
  const conditions = { none: say.conditionNone, password: say.conditionPassword, follow: say.conditionFollow, share: say.conditionShare };
  // Told when the line is closed.
  const chosen = [draft.opensAt !== '' && say.opensLater, draft.condition !== 'none' && conditions[draft.condition]].filter(Boolean).join(' · ');
  const now = serverClock.now();
  const opensAt = momentOf(draft.opensAt);
  return (
    <details class="sheet-options" open={open} onToggle={(event) => onToggle(event.currentTarget.open)}>
      <summary data-testid="send-options">
        {say.options}
        {!open && chosen && <strong>{chosen}</strong>}
      </summary>
      {open && (
        <>
          <OpensAtInput
            text={draft.opensAt}
            least={momentText(now)}
            most={limits.maxOpensAheadSeconds === undefined ? undefined : momentText(now + limits.maxOpensAheadSeconds * 1000)}
            note={opensAt !== undefined && opensAt <= now ? say.opensPast : undefined}
            problem={problemOf('opensAt')}
            onChange={(text) => onChange({ opensAt: text })}
            onLeave={() => onLeave('opensAt')}
          />
          <ChoiceRow
            label={say.condition}
            name="condition"
            value={draft.condition}
            choices={(['none', 'password', 'follow', 'share'] as const).map((value) => ({ value, text: conditions[value] }))}
            note={{ none: say.conditionNoneNote, password: say.conditionPasswordNote, follow: say.conditionFollowNote, share: say.conditionShareNote }[draft.condition]}
            onChoose={(condition) => onChange({ condition })}
          />
          {problemOf('condition') && (
            <p class="sheet-problem" role="alert">
              {problemOf('condition')}
            </p>
          )}
          {draft.condition === 'password' && (
            <OptionInput
              name="password"
              label={say.password}
              placeholder={say.passwordPlaceholder}
              text={draft.password}
              problem={problemOf('password')}
              onChange={(password) => onChange({ password })}
              onLeave={() => onLeave('password')}
            />
          )}
          {draft.condition === 'share' && (
            <OptionInput
              name="shared"
              label={say.shared}
              placeholder={say.sharedPlaceholder}
              text={draft.shared}
              problem={problemOf('shared')}
              onChange={(shared) => onChange({ shared })}
              onLeave={() => onLeave('shared')}
            />
          )}
        </>
      )}
    </details>
  );
}

interface OptionInputProps {
  name: 'password' | 'shared';
  label: string;
  placeholder: string;
  text: string;
  problem: string | undefined;
  onChange(text: string): void;
  onLeave(): void;
}

function OptionInput({ name, label, placeholder, text, problem, onChange, onLeave }: OptionInputProps) {
  const id = useId();
  return (
    <div class="sheet-row sheet-option">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        data-testid={`send-${name}`}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        placeholder={placeholder}
        value={text}
        aria-invalid={Boolean(problem)}
        aria-describedby={`${id}-problem`}
        onInput={(event) => onChange(event.currentTarget.value)}
        onBlur={() => text !== '' && onLeave()}
      />
      <p class="sheet-problem" id={`${id}-problem`} role="alert">
        {problem}
      </p>
    </div>
  );
}

/** Stands for a date or a time without the other half: the browser gives nothing then, which would be "at once". */
const half = 'half';

interface OpensAtInputProps {
  text: string;
  least: string;
  most: string | undefined;
  note: string | undefined;
  problem: string | undefined;
  onChange(text: string): void;
  onLeave(): void;
}

function OpensAtInput({ text, least, most, note, problem, onChange, onLeave }: OpensAtInputProps) {
  const words = useWords();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  // Its own text is the browser's from here on: written again, half a date would be wiped while it is typed.
  const [initial] = useState(text === half ? '' : text);
  const read = () => onChange(input.current?.validity.badInput ? half : (input.current?.value ?? ''));
  const clear = () => {
    if (input.current) input.current.value = '';
    onChange('');
    input.current?.focus();
  };
  return (
    <div class="sheet-row sheet-option">
      <label for={id}>{words.send.opensAt}</label>
      <div class="sheet-option-line">
        <input
          ref={input}
          id={id}
          name="opensAt"
          type="datetime-local"
          data-testid="send-opens-at"
          defaultValue={initial}
          min={least}
          max={most}
          aria-invalid={Boolean(problem)}
          aria-describedby={`${id}-problem`}
          onInput={read}
          onKeyUp={read}
          onBlur={() => {
            read();
            if (text !== '') onLeave();
          }}
        />
        {text !== '' && (
          <button type="button" class="sheet-option-clear" data-testid="send-opens-at-once" onClick={clear}>
            {words.send.opensAtOnce}
          </button>
        )}
      </div>
      <p class="sheet-problem" id={`${id}-problem`} role="alert">
        {problem ?? note}
      </p>
    </div>
  );
}
