import type { ChosenSubsidy } from '../subsidies/chosenSubsidy';
import { moneyText, parseYuan, yuanInput } from '../money';
import { useLanguageTag, useWords } from '../words/language';
import { timeText } from '../words/time';

const luckyAmounts = [666, 888, 1888, 6666, 8888];

interface AmountInputProps {
  text: string;
  problem: string | undefined;
  /** An amount that would do instead, minor units. */
  suggestion: number | undefined;
  currency: string;
  onChange(text: string): void;
  onLeave(): void;
}

/** The amount of a packet that the sender pays for. */
export function AmountInput({ text, problem, suggestion, currency, onChange, onLeave }: AmountInputProps) {
  const words = useWords();
  const amount = parseYuan(text);
  return (
    <>
      <label class="sheet-amount">
        <span class="sheet-amount-label">{words.send.amount}</span>
        <span class="sheet-amount-line">
          <span aria-hidden="true">¥</span>
          <input
            name="amount"
            data-testid="send-amount"
            data-autofocus
            inputMode="decimal"
            autocomplete="off"
            placeholder="0.00"
            value={text}
            aria-invalid={Boolean(problem)}
            aria-describedby="amount-problem"
            onInput={(event) => onChange(event.currentTarget.value)}
            onBlur={onLeave}
          />
        </span>
      </label>
      <p class="sheet-problem sheet-problem-center" id="amount-problem" role="alert">
        {problem}
        {suggestion !== undefined && (
          <button type="button" class="sheet-suggestion" onClick={() => onChange(yuanInput(suggestion))}>
            {words.problem.useAmount(moneyText(suggestion, currency))}
          </button>
        )}
      </p>
      <div class="sheet-lucky" role="group" aria-label={words.send.luckyAmounts}>
        {luckyAmounts.map((fen) => (
          <button key={fen} type="button" aria-pressed={amount === fen} onClick={() => onChange(yuanInput(fen))}>
            {yuanInput(fen)}
          </button>
        ))}
      </div>
    </>
  );
}

/** The amount that a subsidy gives: nothing to type, nothing to pay. */
export function GivenAmount({ subsidy, problem }: { subsidy: ChosenSubsidy; problem: string | undefined }) {
  const words = useWords();
  const tag = useLanguageTag();
  return (
    <>
      <p class="sheet-amount">
        <span class="sheet-amount-label">{words.send.given}</span>
        <strong class="sheet-given" data-testid="send-given">
          {moneyText(subsidy.amount, subsidy.currency)}
        </strong>
      </p>
      <p class="sheet-given-note">{words.send.givenNote(timeText(subsidy.expiresAt, tag))}</p>
      <p class="sheet-problem sheet-problem-center" role="alert">
        {problem}
      </p>
    </>
  );
}
