import { useState } from 'preact/hooks';
import { service } from '../api/service';
import { online } from '../api/connection';
import { useValue } from '../value';
import { useWords } from '../words/language';
import { OfflineIcon } from './icons';
import './offlineBanner.css';

/** Asks the service for something small: its answer raises or clears the banner. */
export async function probeConnection(): Promise<void> {
  await service.getLimits().catch(() => undefined);
}

/** Lies above the page instead of pushing it down. */
export function OfflineBanner() {
  const words = useWords();
  const connected = useValue(online);
  const [probing, setProbing] = useState(false);
  const probe = async () => {
    setProbing(true);
    await probeConnection();
    setProbing(false);
  };
  return (
    <div role="status" class="offline-place">
      {!connected && (
        <div class="offline-banner" data-testid="offline-banner">
          <OfflineIcon />
          <span>{words.offlineBanner}</span>
          <button type="button" onClick={probe} disabled={probing}>
            {words.offlineRetry}
          </button>
        </div>
      )}
    </div>
  );
}
