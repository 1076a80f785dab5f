import { useEffect, useRef } from 'preact/hooks';
import { HongbaoError, type WithdrawalDetail } from 'hongbao-client';
import { codeOf, service } from '../api/service';
import { moneyText } from '../money';
import { Note } from '../ui/Note';
import { useLoad } from '../ui/useLoad';
import { forgetWithdrawal } from '../wallet/withdraw';
import { errorText, textFor, useLanguageTag, useWords } from '../words/language';
import { timeText } from '../words/time';
import { WithdrawFrame } from './WithdrawPage';

/** What became of a withdrawal. */
export function WithdrawalPage({ withdrawalNo, uid }: { withdrawalNo: string; uid: string }) {
  const words = useWords();
  const { data, error, loading, reload } = useLoad(withdrawalNo, () => service.getWithdrawal(withdrawalNo));
  const waits = useOutcomeWatch(data, error, reload);
  const isFinal = data?.status === 'SUCCEEDED' || data?.status === 'FAILED';
  const unknown = error instanceof HongbaoError && error.code === 'NOT_FOUND';
  useEffect(() => {
    if ((isFinal || unknown) && uid) forgetWithdrawal(uid, withdrawalNo);
  }, [isFinal, unknown, uid, withdrawalNo]);

  return (
    <WithdrawFrame title={words.withdraw.title}>
      {data ? (
        <Outcome withdrawal={data} long={!waits} reload={reload} />
      ) : loading ? (
        <Note title={words.loading} />
      ) : (
        <Note title={unknown ? words.withdraw.notYours : words.me.failed} lead={unknown ? undefined : errorText(words, codeOf(error))}>
          <button type="button" class="pill pill-line" onClick={reload}>
            {words.retry}
          </button>
        </Note>
      )}
    </WithdrawFrame>
  );
}

function Outcome({ withdrawal, long, reload }: { withdrawal: WithdrawalDetail; long: boolean; reload(): void }) {
  const words = useWords();
  const tag = useLanguageTag();
  const pending = withdrawal.status === 'PENDING';
  const lead = pending && long ? words.withdraw.longer : textFor(words.withdraw.lead, withdrawal.status);
  return (
    <div class="withdraw-outcome" data-testid="withdrawal" data-state={withdrawal.status.toLowerCase()}>
      <span class={`withdraw-mark withdraw-mark-${withdrawal.status.toLowerCase()}`} aria-hidden="true" />
      <div role="status">
        <h2>{textFor(words.withdraw.status, withdrawal.status)}</h2>
        <p class="withdraw-outcome-amount">{moneyText(withdrawal.amount, withdrawal.currency)}</p>
        <p class="withdraw-outcome-lead">{lead}</p>
      </div>
      <p class="withdraw-outcome-at">{words.withdraw.askedAt(timeText(withdrawal.createdAt, tag))}</p>
      {pending && long && (
        <button type="button" class="pill pill-line" onClick={reload}>
          {words.withdraw.look}
        </button>
      )}
      <a class={`pill ${pending ? 'pill-line' : 'pill-gold'}`} href="#/me/wallet" data-testid="withdrawal-wallet">
        {words.packet.wallet}
      </a>
    </div>
  );
}

const mostLooks = 30;

/** While its end is open: asks now and then. False once it has asked long enough. */
function useOutcomeWatch(withdrawal: WithdrawalDetail | undefined, error: unknown, reload: () => void): boolean {
  const looks = useRef(0);
  useEffect(() => {
    if (withdrawal?.status !== 'PENDING' || looks.current >= mostLooks) return;
    const timer = setTimeout(
      () => {
        looks.current += 1;
        reload();
      },
      Math.min(600 + looks.current * 300, 5000),
    );
    return () => clearTimeout(timer);
    // After a look that failed too.
  }, [withdrawal, error, reload]);
  return looks.current < mostLooks;
}
