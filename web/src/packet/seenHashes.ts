import { device } from '../storage';

/**
 * The hash of each packet's seed as this browser first saw it, before the seed was shown. Without this memory the check
 * would compare the server's words of today only with each other.
 */
const mostKept = 200;

type Seen = [packetNo: string, seedHash: string][];

function all(): Seen {
  const kept = device.get('seedHashes');
  return Array.isArray(kept) ? (kept as Seen) : [];
}

export function rememberSeedHash(packetNo: string, seedHash: string): void {
  const seen = all();
  if (seen.some(([no]) => no === packetNo)) return;
  device.set('seedHashes', [...seen, [packetNo, seedHash]].slice(-mostKept));
}

export function seenSeedHash(packetNo: string): string | undefined {
  return all().find(([no]) => no === packetNo)?.[1];
}
