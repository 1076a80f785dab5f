interface ChoiceRowProps<T extends string> {
  label: string;
  name: string;
  value: T;
  choices: { value: T; text: string }[];
  note?: string;
  onChoose(value: T): void;
}

/** One of a few: radio buttons that look like a switch. The input lies over its text, so the text is the target. */
export function ChoiceRow<T extends string>({ label, name, value, choices, note, onChoose }: ChoiceRowProps<T>) {
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div class="choice-row">
        {choices.map((choice) => (
          <label key={choice.value}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              data-testid={`${name}-${choice.value}`}
              onChange={() => onChoose(choice.value)}
            />
            <span>{choice.text}</span>
          </label>
        ))}
      </div>
      {note !== undefined && <p class="choice-note">{note}</p>}
    </fieldset>
  );
}
