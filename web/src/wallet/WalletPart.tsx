import type { WalletAnswer } from 'hongbao-client';
import { service } from '../api/service';
import { moneyText, signedMoneyText } from '../money';
import { PagedList } from '../ui/PagedList';
import type { Loaded } from '../ui/useLoad';
import { usePages } from '../ui/usePages';
import { useLanguageTag, useWords } from '../words/language';
import { timeText } from '../words/time';
import { openWithdrawals, unansweredWithdrawal } from './withdraw';

/** The balances and the statement. */
export function WalletPart({ wallet, uid }: { wallet: Loaded<WalletAnswer>; uid: string }) {
  const words = useWords();
  const tag = useLanguageTag();
  const entries = usePages('entries', (cursor) => service.listWalletEntries({ cursor }), (entry) => entry.entryNo);
  const kinds = words.entryKind as Record<string, string>;
  const currency = wallet.data?.currency;
  const open = openWithdrawals(uid);
  const canWithdraw = (wallet.data?.reward ?? 0) > 0 || unansweredWithdrawal(uid) !== undefined;
  const reloadBoth = () => {
    wallet.reload();
    entries.reload();
  };
  return (
    <>
      <div class="wallet">
        <div>
          <h2>{words.me.change}</h2>
          <p class="wallet-amount" data-testid="wallet-change">
            {wallet.data ? moneyText(wallet.data.change, currency) : ' '}
          </p>
          <p class="wallet-note">{words.me.changeNote}</p>
        </div>
        <div>
          <h2>{words.me.reward}</h2>
          <p class="wallet-amount" data-testid="wallet-reward">
            {wallet.data ? moneyText(wallet.data.reward, currency) : ' '}
          </p>
          <p class="wallet-note">{words.me.rewardNote}</p>
          {canWithdraw && (
            <a class="wallet-withdraw" href="#/withdraw" data-testid="wallet-withdraw">
              {words.withdraw.action}
            </a>
          )}
        </div>
      </div>
      {open.length > 0 && (
        <ul class="me-list">
          {open.map((each) => (
            <li key={each.withdrawalNo}>
              <a class="me-row wallet-open" href={`#/withdrawal/${each.withdrawalNo}`} data-testid="wallet-open">
                <span class="me-row-title">{words.withdraw.underWay}</span>
                <span class="me-row-amount">{moneyText(each.amount, each.currency)}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <h2 class="me-title">{words.me.entries}</h2>
      <PagedList pages={{ ...entries, error: entries.error ?? wallet.error, reload: reloadBoth }} empty={words.me.noEntries}>
        {entries.items.map((entry) => (
          <li key={entry.entryNo} class="me-row" data-testid="wallet-entry">
            <span class="me-row-words">
              <span class="me-row-title">{kinds[entry.kind] ?? words.entryKind.other}</span>
              <span class="me-row-small">{timeText(entry.at, tag)}</span>
            </span>
            <span class="me-row-end">
              <span class={`me-row-amount ${entry.amount > 0 ? 'me-row-in' : ''}`}>{signedMoneyText(entry.amount, currency)}</span>
              <span class="me-row-small">{(entry.account === 'reward' ? words.me.rewardBalance : words.me.balance)(moneyText(entry.balance, currency))}</span>
            </span>
          </li>
        ))}
      </PagedList>
    </>
  );
}
