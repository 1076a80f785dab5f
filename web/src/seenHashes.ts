import { device } from './storage';

/** The hashes of what is still secret, as this browser first saw them. Without this memory a check would compare the server's words of today only with each other. */
class SeenHashes {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  remember(what: string, hash: string): void {
    const seen = this.#all();
    if (seen.some(([known]) => known === what)) return;
    device.set(this.#key, [...seen, [what, hash]].slice(-mostKept));
  }

  first(what: string): string | undefined {
    return this.#all().find(([known]) => known === what)?.[1];
  }

  #all(): Seen {
    const kept = device.get(this.#key);
    return Array.isArray(kept) ? (kept as Seen) : [];
  }
}

const mostKept = 200;

type Seen = [what: string, hash: string][];

const seeds = new SeenHashes('seedHashes');
const rounds = new SeenHashes('roundHashes');

/** Of a packet's seed, before the seed was shown. */
export function rememberSeedHash(packetNo: string, seedHash: string): void {
  seeds.remember(packetNo, seedHash);
}

export function seenSeedHash(packetNo: string): string | undefined {
  return seeds.first(packetNo);
}

/** Of a round's secret, before the secret was shown. */
export function rememberRoundHash(campaignId: string, round: number, secretHash: string): void {
  rounds.remember(`${campaignId}.${round}`, secretHash);
}

export function seenRoundHash(campaignId: string, round: number): string | undefined {
  return rounds.first(`${campaignId}.${round}`);
}
