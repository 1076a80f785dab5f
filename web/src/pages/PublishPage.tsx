import { useEffect, useRef, useState } from 'preact/hooks';
import { HongbaoError, type PacketDetail } from 'hongbao-client';
import { codeOf, service } from '../api/service';
import { Clip } from '../clip/Clip';
import { moneyText } from '../money';
import { replace } from '../route';
import { goToCashier } from '../send/cashier';
import { chosenClip, forgetClip } from '../send/chosenClip';
import { Note } from '../ui/Note';
import { Pendant } from '../ui/Pendant';
import { say } from '../ui/toast';
import { useLoad } from '../ui/useLoad';
import { errorText, useLanguageTag, useWords } from '../words/language';
import { clockText } from '../words/time';
import './publishPage.css';

/** After the cashier: waits for the payment, then publishes the clip with the packet on it. */
export function PublishPage({ packetNo, uid }: { packetNo: string; uid: string }) {
  const words = useWords();
  const { data: packet, error, loading, reload } = useLoad(packetNo, () => service.getPacket(packetNo));
  usePaymentWatch(packet, reload);

  if (!packet) {
    return (
      <section class="publish">
        <div class="publish-card">
          {loading ? (
            <Note title={words.publish.checking} />
          ) : codeOf(error) === 'NOT_FOUND' ? (
            <NotMine />
          ) : (
            <Note title={errorText(words, codeOf(error))}>
              <button type="button" class="pill pill-gold" onClick={reload}>
                {words.retry}
              </button>
            </Note>
          )}
        </div>
      </section>
    );
  }
  return (
    <section class="publish">
      <Clip contentId={packet.contentId ?? chosenClip(packetNo)} />
      <div class="publish-pendant" aria-hidden="true">
        <Pendant label={moneyText(packet.amount, packet.currency)} />
      </div>
      <div class="publish-card" aria-live="polite">
        <p class="publish-what">{words.publish.amountAndCount(moneyText(packet.amount, packet.currency), packet.count)}</p>
        <Step packet={packet} mine={packet.sender === uid} reload={reload} />
      </div>
    </section>
  );
}

function Step({ packet, mine, reload }: { packet: PacketDetail; mine: boolean; reload(): void }) {
  const words = useWords();
  if (!mine) return <NotMine />;
  if (packet.status === 'PENDING_PAYMENT') return <PayStep packet={packet} reload={reload} />;
  if (packet.status === 'CLOSED') {
    return (
      <Note title={words.publish.closedTitle} lead={words.publish.closedLead}>
        <a class="pill pill-gold" href="#/send">
          {words.publish.again}
        </a>
      </Note>
    );
  }
  if (packet.contentId) {
    return (
      <Note title={words.publish.doneTitle}>
        <a class="pill pill-gold" href={`#/p/${packet.packetNo}`}>
          {words.publish.seePacket}
        </a>
      </Note>
    );
  }
  return <PublishStep packet={packet} />;
}

function NotMine() {
  const words = useWords();
  return (
    <Note title={words.publish.notYours}>
      <a class="pill pill-gold" href="#/feed">
        {words.me.goFeed}
      </a>
    </Note>
  );
}

function PayStep({ packet, reload }: { packet: PacketDetail; reload(): void }) {
  const words = useWords();
  const tag = useLanguageTag();
  const [going, setGoing] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    // The browser may show this page again as it was left, with "going" still true.
    const back = () => setGoing(false);
    window.addEventListener('pageshow', back);
    return () => window.removeEventListener('pageshow', back);
  }, []);
  const pay = async () => {
    if (going) return;
    setGoing(true);
    setProblem(undefined);
    try {
      await goToCashier(packet.cashierUrl ?? '');
    } catch (error) {
      setProblem(codeOf(error));
      setGoing(false);
    }
  };
  return (
    <Note title={words.publish.payTitle} lead={words.publish.payLead}>
      <p class="publish-small">{problem ? errorText(words, problem) : words.publish.payBefore(clockText(packet.expiresAt, tag))}</p>
      {packet.cashierUrl && (
        <button type="button" class="pill pill-gold publish-main" data-testid="pay" aria-disabled={going} onClick={pay}>
          {words.publish.pay}
        </button>
      )}
      <button type="button" class="publish-second" onClick={reload}>
        {words.publish.paid}
      </button>
    </Note>
  );
}

function PublishStep({ packet }: { packet: PacketDetail }) {
  const words = useWords();
  const [publishing, setPublishing] = useState(false);
  const [problem, setProblem] = useState<string>();
  const publish = async () => {
    if (publishing) return;
    setPublishing(true);
    setProblem(undefined);
    try {
      await publishOnce(packet.packetNo, chosenClip(packet.packetNo));
      const open = !packet.scope || packet.scope.kind === 'public';
      say(open ? words.publish.published : words.publish.publishedPrivate);
      // What is not for everyone is not in the feed: its sender finds it, and its link, under what was sent.
      replace(open ? '/feed' : '/me/sent');
    } catch (error) {
      setProblem(codeOf(error));
      setPublishing(false);
    }
  };
  return (
    <Note title={words.publish.readyTitle} lead={words.publish.readyLead}>
      <p class="publish-small">{problem && errorText(words, problem)}</p>
      <button type="button" class="pill pill-gold publish-main" data-testid="publish" aria-disabled={publishing} onClick={publish}>
        {publishing ? words.publish.publishing : words.publish.publish}
      </button>
    </Note>
  );
}

/** A packet is published once. When an earlier answer was lost, the refusal of the second try means that it worked. */
async function publishOnce(packetNo: string, contentId: string): Promise<void> {
  try {
    await service.setPacketContent(packetNo, { contentId });
  } catch (error) {
    if (!(error instanceof HongbaoError && error.refused)) throw error;
    const packet = await service.getPacket(packetNo);
    if (packet.contentId !== contentId) throw error;
  }
  forgetClip(packetNo);
}

const mostLooks = 40;

/** While a payment is open: asks for the status now and then, and at once when the person comes back to the page. */
function usePaymentWatch(packet: PacketDetail | undefined, reload: () => void): void {
  const looks = useRef(0);
  const pending = packet?.status === 'PENDING_PAYMENT' ? packet.packetNo : undefined;
  useEffect(() => {
    if (!pending) return;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      clearTimeout(timer);
      const now = await service.getPacketStatus(pending).catch(() => undefined);
      if (now && now.status !== 'PENDING_PAYMENT') reload();
      else later();
    };
    const later = () => {
      clearTimeout(timer);
      looks.current += 1;
      if (looks.current <= mostLooks) timer = setTimeout(look, Math.min(1500 + looks.current * 250, 6000));
    };
    const back = () => {
      if (document.visibilityState !== 'visible') return;
      looks.current = 0;
      void look();
    };
    later();
    document.addEventListener('visibilitychange', back);
    window.addEventListener('pageshow', back);
    return () => {
      clearTimeout(timer);
      looks.current = mostLooks;
      document.removeEventListener('visibilitychange', back);
      window.removeEventListener('pageshow', back);
    };
  }, [pending, reload]);
}
