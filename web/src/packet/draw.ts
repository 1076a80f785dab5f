import type { SplitKind } from 'hongbao-client';

/** The draw rule, algorithm version 1, computed a second time in the page so that nobody has to trust the server. */

export interface DrawTerms {
  packetNo: string;
  split: SplitKind;
  amount: number;
  count: number;
  cap: number;
}

const splitCodes: Record<SplitKind, number> = { random: 1, fair: 2, equal: 3 };
const version = 1;

/** False for a way to divide that this page does not know yet. */
export function isKnownSplit(split: string): split is SplitKind {
  return Object.hasOwn(splitCodes, split);
}

export async function commitment(terms: DrawTerms, seed: Uint8Array<ArrayBuffer>): Promise<string> {
  const name = new TextEncoder().encode('hongbao-draw');
  const bytes = new Uint8Array(name.length + 4 + 8 + seed.length + 8 + 4 + 1 + 8);
  const view = new DataView(bytes.buffer);
  let at = 0;
  bytes.set(name, at);
  at += name.length;
  view.setUint32(at, version);
  at += 4;
  view.setBigUint64(at, BigInt(terms.packetNo));
  at += 8;
  bytes.set(seed, at);
  at += seed.length;
  view.setBigUint64(at, BigInt(terms.amount));
  at += 8;
  view.setUint32(at, terms.count);
  at += 4;
  view.setUint8(at, splitCodes[terms.split]);
  at += 1;
  view.setBigUint64(at, BigInt(terms.cap));
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** The shares by seq: what the first, second, ... claim of the packet gets. */
export async function shares(terms: DrawTerms, seed: Uint8Array<ArrayBuffer>): Promise<number[]> {
  if (terms.split === 'equal') {
    const each = BigInt(terms.amount) / BigInt(terms.count);
    return Array.from({ length: terms.count }, () => Number(each));
  }
  const key = await crypto.subtle.importKey('raw', seed, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const drawn = await randomShares(terms, key);
  if (terms.split === 'fair') await shuffle(terms, key, drawn);
  return drawn.map(Number);
}

async function randomShares(terms: DrawTerms, key: CryptoKey): Promise<bigint[]> {
  const cap = BigInt(terms.cap);
  const drawn: bigint[] = [];
  let left = BigInt(terms.amount);
  let count = BigInt(terms.count);
  for (let seq = 1; seq <= terms.count; seq++) {
    let share = left;
    if (count > 1n) {
      const others = count - 1n;
      const hi = least((2n * left) / count, left - others, cap);
      const lo = most(1n, left - others * cap);
      share = await uniform(key, terms.packetNo, seq, lo, hi);
    }
    drawn.push(share);
    left -= share;
    count -= 1n;
  }
  return drawn;
}

async function shuffle(terms: DrawTerms, key: CryptoKey, drawn: bigint[]): Promise<void> {
  for (let i = terms.count; i >= 2; i--) {
    const j = Number(await uniform(key, terms.packetNo, terms.count + i, 1n, BigInt(i)));
    const share = drawn[i - 1]!;
    drawn[i - 1] = drawn[j - 1]!;
    drawn[j - 1] = share;
  }
}

/** Uniform in [lo, hi] by rejection: values above the last whole multiple of the range are drawn again. */
async function uniform(key: CryptoKey, packetNo: string, n: number, lo: bigint, hi: bigint): Promise<bigint> {
  const range = hi - lo + 1n;
  const limit = ((1n << 64n) / range) * range;
  const message = new DataView(new ArrayBuffer(16));
  message.setBigUint64(0, BigInt(packetNo));
  message.setUint32(8, n);
  for (let retry = 0; ; retry++) {
    message.setUint32(12, retry);
    const mac = await crypto.subtle.sign('HMAC', key, message.buffer);
    const value = new DataView(mac).getBigUint64(0);
    if (value < limit) return lo + (value % range);
  }
}

const least = (...values: bigint[]) => values.reduce((a, b) => (b < a ? b : a));
const most = (...values: bigint[]) => values.reduce((a, b) => (b > a ? b : a));

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Error('not a hexadecimal text');
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
