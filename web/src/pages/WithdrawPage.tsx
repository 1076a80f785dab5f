import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { HongbaoError } from 'hongbao-client';
import { codeOf, service } from '../api/service';
import { moneyText, yuanInput } from '../money';
import { close, replace } from '../route';
import { BackIcon } from '../ui/icons';
import { Note } from '../ui/Note';
import { useLoad } from '../ui/useLoad';
import { checkAmount, unansweredWithdrawal, withdraw } from '../wallet/withdraw';
import { errorText, useWords } from '../words/language';
import type { Words } from '../words/zh';
import './withdrawPage.css';

/** Having reward money paid out. */
export function WithdrawPage({ uid }: { uid: string }) {
  const words = useWords();
  const wallet = useLoad('wallet', () => service.getWallet());
  const waiting = uid === '' || (!wallet.data && wallet.loading);
  return (
    <WithdrawFrame title={words.withdraw.title}>
      {waiting ? (
        <Note title={words.loading} />
      ) : wallet.data ? (
        <WithdrawForm uid={uid} balance={wallet.data.reward} currency={wallet.data.currency} reload={wallet.reload} />
      ) : (
        <Note title={words.me.failed} lead={errorText(words, codeOf(wallet.error))}>
          <button type="button" class="pill pill-line" onClick={wallet.reload}>
            {words.retry}
          </button>
        </Note>
      )}
    </WithdrawFrame>
  );
}

/** A page of its own with the way back to the wallet. */
export function WithdrawFrame({ title, children }: { title: string; children: ComponentChildren }) {
  const words = useWords();
  return (
    <section class="withdraw" aria-label={title}>
      <header class="withdraw-head">
        <button type="button" class="round" aria-label={words.back} onClick={() => close('/me/wallet')}>
          <BackIcon />
        </button>
        <h1>{title}</h1>
      </header>
      {children}
    </section>
  );
}

function WithdrawForm({ uid, balance, currency, reload }: { uid: string; balance: number; currency: string; reload(): void }) {
  const words = useWords();
  const [before, setBefore] = useState(() => unansweredWithdrawal(uid));
  const [text, setText] = useState(() => (before ? yuanInput(before.amount) : balance > 0 ? yuanInput(balance) : ''));
  const [said, setSaid] = useState(before ? words.withdraw.unanswered : '');
  const [pressed, setPressed] = useState(false);
  const [asking, setAsking] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  // What may have left the balance already is asked for again all the same: it is the same request.
  const again = before && text === yuanInput(before.amount);
  const { amount, problem } = checkAmount(text, again ? undefined : balance);
  const change = (next: string) => {
    setText(next);
    setSaid('');
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (asking) return;
    setPressed(true);
    if (amount === undefined) {
      input.current?.focus();
      return;
    }
    setAsking(true);
    setSaid('');
    try {
      const { withdrawalNo } = await withdraw(uid, { amount, currency });
      if (!gone.current) replace(`/withdrawal/${withdrawalNo}`);
    } catch (error) {
      if (gone.current) return;
      setAsking(false);
      setBefore(unansweredWithdrawal(uid));
      setSaid(refusalText(error, words));
      reload();
    }
  };

  return (
    <form class="withdraw-form" noValidate onSubmit={submit}>
      <p class="withdraw-balance">
        <span>{words.me.reward}</span>
        <strong data-testid="withdraw-balance">{moneyText(balance, currency)}</strong>
      </p>
      <div class="withdraw-amount">
        <label for="withdraw-amount">{words.withdraw.amount}</label>
        <div class="withdraw-line">
          <span aria-hidden="true">¥</span>
          <input
            ref={input}
            id="withdraw-amount"
            data-testid="withdraw-amount"
            inputMode="decimal"
            autocomplete="off"
            placeholder="0.00"
            value={text}
            aria-invalid={pressed && problem !== undefined}
            aria-describedby="withdraw-problem"
            onInput={(event) => change(event.currentTarget.value)}
          />
          <button type="button" class="withdraw-all" data-testid="withdraw-all" onClick={() => change(yuanInput(balance))}>
            {words.withdraw.all}
          </button>
        </div>
      </div>
      <p class="withdraw-problem" id="withdraw-problem" role="alert" data-testid="withdraw-said">
        {pressed && problem ? words.withdraw.problem[problem] : said}
      </p>
      <button type="submit" class="pill pill-gold withdraw-submit" data-testid="withdraw-submit" aria-disabled={asking}>
        {asking ? words.withdraw.asking : words.withdraw.submit}
        {!asking && amount !== undefined && <strong>{moneyText(amount, currency)}</strong>}
      </button>
      <p class="withdraw-note">{words.withdraw.note}</p>
    </form>
  );
}

function refusalText(error: unknown, words: Words): string {
  const code = codeOf(error);
  if (!(error instanceof HongbaoError)) return errorText(words, code);
  if (code === 'DEGRADED') return words.withdraw.degraded;
  if (error.unanswered || (error.status >= 500 && code !== 'OVERLOADED')) return words.withdraw.unanswered;
  if (code === 'LIMIT_EXCEEDED') return words.withdraw.limit;
  const faults = Object.values(error.errors).flat();
  return faults.length > 0 ? faults.join(' ') : errorText(words, code);
}
