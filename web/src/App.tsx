import { useEffect, useRef, useState } from 'preact/hooks';
import { PacketDialog } from './packet/PacketDialog';
import { CameraPage } from './pages/CameraPage';
import { FeedPage } from './pages/FeedPage';
import { MePage } from './pages/MePage';
import { PickUserPage } from './pages/PickUserPage';
import { PublishPage } from './pages/PublishPage';
import { RainPage } from './pages/RainPage';
import { WithdrawalPage } from './pages/WithdrawalPage';
import { WithdrawPage } from './pages/WithdrawPage';
import { replace, type Route, route } from './route';
import { completeHostSession, type Session, session } from './session';
import { SendSheet } from './send/SendSheet';
import { type ChosenSubsidy, chosenSubsidy } from './subsidies/chosenSubsidy';
import { OfflineBanner } from './ui/OfflineBanner';
import { TabBar } from './ui/TabBar';
import { ToastLine } from './ui/ToastLine';
import { useLoad } from './ui/useLoad';
import { useValue } from './value';
import { useWords } from './words/language';

export function App() {
  const words = useWords();
  const who = useValue(session);
  useEffect(() => {
    document.title = words.appName;
  }, [words]);
  return (
    <div class="app">
      {who ? <SignedIn key={who.began} who={who} /> : <PickUserPage />}
      <ToastLine />
      <OfflineBanner />
    </div>
  );
}

function SignedIn({ who }: { who: Session }) {
  const now = useValue(route);
  useLoad(who.from === 'host' ? who.token : '', completeHostSession);

  // A packet opens above the page that it was opened from.
  const below = useRef<Route>({ page: 'feed' });
  if (now.page !== 'packet') below.current = now;
  const page = below.current;
  // Not before it is known who sends: the number of an unanswered packet is kept under the sender, and what is typed belongs to him.
  const sending = now.page === 'camera' && now.sending && who.uid !== '';
  const covered = now.page === 'packet' || sending;

  return (
    <>
      <div class="base" inert={covered}>
        <main class="page">
          <PageOf page={page} who={who} covered={now.page === 'packet'} />
        </main>
        <TabBar page={page.page} />
      </div>
      {sending && (now.withSubsidy ? <SendChosen key={who.uid} uid={who.uid} /> : <SendSheet key={who.uid} uid={who.uid} />)}
      {now.page === 'packet' && <PacketDialog key={now.packetNo} packetNo={now.packetNo} uid={who.uid} />}
    </>
  );
}

/** Wrapping a packet with the subsidy that was chosen in this tab; without one there is only the list to choose from. */
function SendChosen({ uid }: { uid: string }) {
  // As it was when the sheet was opened: sending forgets it.
  const [subsidy] = useState<ChosenSubsidy | undefined>(() => chosenSubsidy(uid));
  useEffect(() => {
    if (!subsidy) replace('/me/subsidies');
  }, [subsidy]);
  return subsidy ? <SendSheet uid={uid} subsidy={subsidy} /> : null;
}

function PageOf({ page, who, covered }: { page: Route; who: Session; covered: boolean }) {
  switch (page.page) {
    case 'camera':
      return <CameraPage />;
    case 'publish':
      return <PublishPage key={page.packetNo} packetNo={page.packetNo} uid={who.uid} />;
    case 'me':
      return <MePage who={who} part={page.part} />;
    case 'rain':
      return <RainPage key={page.campaignId} campaignId={page.campaignId} uid={who.uid} />;
    case 'withdraw':
      return <WithdrawPage key={who.uid} uid={who.uid} />;
    case 'withdrawal':
      return <WithdrawalPage key={page.withdrawalNo} withdrawalNo={page.withdrawalNo} uid={who.uid} />;
    default:
      return <FeedPage uid={who.uid} resting={covered} />;
  }
}
