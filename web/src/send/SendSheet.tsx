import { useEffect, useRef, useState } from 'preact/hooks';
import { HongbaoError } from 'hongbao-client';
import { codeOf, service } from '../api/service';
import { isOwnClip, newContentId } from '../clip/contentId';
import { spanText } from '../countdown/leftTime';
import { serverClock } from '../countdown/serverClock';
import { moneyText, parseYuan, yuanInput } from '../money';
import { momentText } from '../opening/opensAt';
import { close, replace } from '../route';
import { type ChosenSubsidy, subsidySent } from '../subsidies/chosenSubsidy';
import { Dialog } from '../ui/Dialog';
import { CloseIcon, DiceIcon } from '../ui/icons';
import { useLoad } from '../ui/useLoad';
import { errorText, useWords } from '../words/language';
import type { Words } from '../words/zh';
import { AmountInput, GivenAmount } from './AmountInput';
import { cameraScene } from './cameraScene';
import { goToCashier } from './cashier';
import { keepClip } from './chosenClip';
import { ChoiceRow } from './ChoiceRow';
import { createPacket, unanswered } from './createPacket';
import { checkDraft, countOf, defaultLimits, type Draft, type Field, fieldOf, type NewPacket, options, type Problem, type Problems } from './draft';
import { OpeningOptions } from './OpeningOptions';
import { PeoplePicker } from './PeoplePicker';
import './sendSheet.css';

const usualDraft: Omit<Draft, 'clip'> = {
  amount: '', count: '6', split: 'random', scope: 'public', uids: [], greeting: '', opensAt: '', condition: 'none', password: '', shared: '',
};

/** In the order in which they stand on the sheet. */
const fields: readonly Field[] = ['amount', 'count', 'scope', 'greeting', ...options];

type ServerWords = Partial<Record<Field | 'whole', string>> & { unusable?: boolean };

interface SendSheetProps {
  uid: string;
  /** What funds it; without one the sender pays. */
  subsidy?: ChosenSubsidy;
}

/** Wrapping a packet: everything on the envelope itself. */
export function SendSheet({ uid, subsidy }: SendSheetProps) {
  const words = useWords();
  const { data: limits = defaultLimits } = useLoad('limits', () => service.getLimits());
  const [lost] = useState(() => unanswered(uid, subsidy?.funding));
  const [draft, setDraft] = useState<Draft>(() => draftOf(lost, subsidy));
  const [greetingAt, setGreetingAt] = useState(0);
  const [shown, setShown] = useState<ReadonlySet<Field>>(new Set());
  const [said, setSaid] = useState<ServerWords>(() => (lost ? { whole: words.send.unanswered } : {}));
  const [sending, setSending] = useState(false);
  const [showsOptions, setShowsOptions] = useState(() => draft.opensAt !== '' || draft.condition !== 'none');
  const form = useRef<HTMLFormElement>(null);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  const greetings = words.send.greetings;
  const usualGreeting = greetings[greetingAt % greetings.length] ?? '';
  const { packet, problems } = checkDraft(draft, limits, usualGreeting, subsidy, serverClock.now());
  const amount = subsidy ? subsidy.amount : parseYuan(draft.amount);
  const currency = subsidy?.currency ?? limits.currency;
  const count = countOf(draft.count, limits);

  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }));
    setSaid({});
  };
  const left = (field: Field) => setShown((before) => new Set(before).add(field));
  const textOf = (field: Field) => {
    const problem = problems[field];
    if (problem && shown.has(field)) return problemText(problem, words, currency);
    return said[field];
  };

  /** Once they are in sight: the options may have been closed, and words of the server come with the next look. */
  const showProblems = (found: Problems | ServerWords) => {
    if (options.some((field) => found[field])) setShowsOptions(true);
    requestAnimationFrame(() => focusFirst(form.current, found));
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (sending) return;
    setShown(new Set(fields));
    if (!packet) {
      showProblems(problems);
      return;
    }
    setSending(true);
    setSaid({});
    try {
      const created = await createPacket(uid, packet);
      if (subsidy) {
        subsidySent(uid, subsidy, created.packetNo);
        if (!gone.current) replace(`/p/${created.packetNo}`);
        return;
      }
      keepClip(created.packetNo, draft.clip);
      if (gone.current) return;
      // Coming back from the cashier without paying lands on the page that waits for the payment.
      replace(`/publish/${created.packetNo}`);
      if (created.payment) await goToCashier(created.payment.cashierUrl).catch(() => undefined);
    } catch (error) {
      if (gone.current) return;
      setSending(false);
      const answer = serverWords(error, words);
      setSaid(answer);
      showProblems(answer);
    }
  };

  const each = draft.split === 'equal' && amount !== undefined && count !== undefined && amount % count === 0 ? amount / count : undefined;
  const splitNote = {
    random: words.send.randomNote,
    fair: words.send.fairNote,
    equal: each === undefined ? words.send.equalNote : words.send.equalEach(moneyText(each, currency)),
  }[draft.split];
  const closeIt = () => close(subsidy ? '/me/subsidies' : '/camera');

  return (
    <Dialog label={words.send.title} class="sheet-place" onClose={closeIt}>
      <button type="button" class="sheet-outside" tabIndex={-1} aria-hidden="true" onClick={closeIt} />
      <form ref={form} class="sheet" noValidate onSubmit={submit}>
        <div class="sheet-flap">
          <h2>{words.send.title}</h2>
          <button type="button" class="round sheet-close" aria-label={words.close} onClick={closeIt}>
            <CloseIcon />
          </button>
          {subsidy ? (
            <GivenAmount subsidy={subsidy} problem={textOf('amount')} />
          ) : (
            <AmountInput
              text={draft.amount}
              problem={textOf('amount')}
              suggestion={problems.amount?.kind === 'amountNotEven' && shown.has('amount') ? problems.amount.suggestion : undefined}
              currency={currency}
              onChange={(text) => change({ amount: text })}
              onLeave={() => draft.amount !== '' && left('amount')}
            />
          )}
        </div>

        <div class="sheet-rest">
          <ChoiceRow
            label={words.send.split}
            name="split"
            value={draft.split}
            choices={[
              { value: 'random', text: words.send.random },
              { value: 'fair', text: words.send.fair },
              { value: 'equal', text: words.send.equal },
            ]}
            note={splitNote}
            onChoose={(split) => change({ split })}
          />

          <div class="sheet-row">
            <label for="send-count">{words.send.count}</label>
            <div class="stepper">
              <button type="button" class="round" aria-label={words.send.fewer} onClick={() => change({ count: String(Math.max(1, (count ?? 2) - 1)) })}>
                −
              </button>
              <input
                id="send-count"
                name="count"
                data-testid="send-count"
                inputMode="numeric"
                autocomplete="off"
                value={draft.count}
                aria-invalid={Boolean(textOf('count'))}
                aria-describedby="count-problem"
                onInput={(event) => change({ count: event.currentTarget.value })}
                onBlur={() => left('count')}
              />
              <button type="button" class="round" aria-label={words.send.more} onClick={() => change({ count: String(Math.min(limits.maxCount, (count ?? 0) + 1)) })}>
                +
              </button>
            </div>
            <p class="sheet-problem" id="count-problem" role="alert">
              {textOf('count')}
            </p>
          </div>

          <ChoiceRow
            label={words.send.scope}
            name="scope"
            value={draft.scope}
            choices={[
              { value: 'public', text: words.send.public },
              { value: 'followers', text: words.send.followers },
              { value: 'friends', text: words.send.friends },
              { value: 'exclusive', text: words.send.exclusive },
            ]}
            onChoose={(scope) => change({ scope })}
          />
          {draft.scope === 'exclusive' && <PeoplePicker self={uid} uids={draft.uids} onChange={(uids) => change({ uids })} />}
          {textOf('scope') && (
            <p class="sheet-problem" role="alert">
              {textOf('scope')}
            </p>
          )}

          <div class="sheet-row sheet-greeting">
            <label for="send-greeting">{words.send.greeting}</label>
            <div class="sheet-greeting-line">
              <input
                id="send-greeting"
                name="greeting"
                data-testid="send-greeting"
                autocomplete="off"
                placeholder={usualGreeting}
                value={draft.greeting}
                aria-invalid={Boolean(textOf('greeting'))}
                aria-describedby="greeting-problem"
                onInput={(event) => change({ greeting: event.currentTarget.value })}
                onBlur={() => left('greeting')}
              />
              <button
                type="button"
                class="round"
                aria-label={words.send.anotherGreeting}
                onClick={() => {
                  setGreetingAt(greetingAt + 1);
                  change({ greeting: '' });
                }}
              >
                <DiceIcon />
              </button>
            </div>
            <p class="sheet-problem" id="greeting-problem" role="alert">
              {textOf('greeting')}
            </p>
          </div>

          <OpeningOptions
            draft={draft}
            limits={limits}
            open={showsOptions}
            onToggle={setShowsOptions}
            onChange={change}
            onLeave={left}
            problemOf={textOf}
          />

          <div class="sheet-end">
            <p class="sheet-problem sheet-problem-center" role="alert">
              {said.whole}
              {said.unusable && <a href="#/me/subsidies">{words.subsidy.seeMine}</a>}
            </p>
            <button type="submit" class="pill pill-gold sheet-submit" data-testid="send-submit" aria-disabled={sending}>
              {sending ? words.send.submitting : subsidy ? words.send.submitGiven : words.send.submit}
              {!sending && packet && <strong>{moneyText(packet.amount, currency)}</strong>}
            </button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

/** A packet whose answer was lost is shown again as it was, so that sending it again is the same request. */
function draftOf(packet: NewPacket | undefined, subsidy: ChosenSubsidy | undefined): Draft {
  const clip = subsidy?.contentId ?? newContentId(cameraScene.current);
  if (!packet) return { ...usualDraft, clip, ...(subsidy && { count: String(Math.min(Number(usualDraft.count), subsidy.amount)) }) };
  const { opensAt, condition } = packet;
  const shared = condition?.contentId ?? '';
  return {
    amount: yuanInput(packet.amount),
    count: String(packet.count),
    split: packet.split,
    scope: packet.scope.kind,
    uids: packet.scope.uids ?? [],
    greeting: packet.greeting,
    opensAt: opensAt ? momentText(Date.parse(opensAt)) : '',
    condition: condition?.kind ?? 'none',
    password: condition?.password ?? '',
    shared: isOwnClip(shared) ? '' : shared,
    clip: isOwnClip(shared) ? shared : clip,
  };
}

function problemText(problem: Problem, words: Words, currency: string): string {
  const say = words.problem;
  switch (problem.kind) {
    case 'amountRange':
      return say.amountRange(moneyText(problem.least, currency), moneyText(problem.most, currency));
    case 'amountNotEven':
      return say.amountNotEven(problem.count);
    case 'countRange':
      return say.countRange(problem.most);
    case 'countForAmount':
      return say.countForAmount(problem.least, problem.most);
    case 'greetingLong':
      return say.greetingLong(problem.most, problem.length);
    case 'opensAtFar':
      return say.opensAtFar(spanText(problem.mostMs, words));
    case 'wordLong':
      return say.wordLong(problem.most, problem.length);
    default:
      return say[problem.kind];
  }
}

function serverWords(error: unknown, words: Words): ServerWords {
  const code = codeOf(error);
  if (!(error instanceof HongbaoError)) return { whole: errorText(words, code) };
  if (error.unanswered || error.status >= 500) {
    // Refused early means not created; anything else here leaves it open.
    if (code === 'DEGRADED') return { whole: error.detail ?? errorText(words, code) };
    return { whole: code === 'OVERLOADED' ? errorText(words, code) : words.send.unanswered };
  }
  if (code === 'SUBSIDY_NOT_USABLE') return { whole: errorText(words, code), unusable: true };
  if (code === 'CONTENT_REJECTED') return { greeting: errorText(words, code) };
  const said: ServerWords = {};
  for (const [name, messages] of Object.entries(error.errors)) {
    said[fieldOf(name) ?? 'whole'] = messages.join(' ');
  }
  return Object.keys(said).length > 0 ? said : { whole: errorText(words, code) };
}

/** People and radio buttons have words beside them; of the others the first takes the focus. */
function focusFirst(form: HTMLFormElement | null, problems: Partial<Record<Field, unknown>>): void {
  for (const field of fields.filter((each) => each !== 'scope' && each !== 'condition')) {
    if (problems[field]) return form?.querySelector<HTMLInputElement>(`input[name=${field}]`)?.focus();
  }
}
