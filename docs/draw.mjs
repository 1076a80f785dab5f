// The draw of a red packet, recomputed: the rule of docs/draw.md, version 1, written a second time.
// Needs Node 18 or later and nothing else.
//
//   node docs/draw.mjs packet.json     what GET /api/v1/packets/{packetNo}/draw answered ("-" reads standard input)
//
// Ends with 0 when the draw is genuine, 1 when it is not, 2 when that cannot be said.

import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const algorithm = 1;
const splitCodes = { random: 1, fair: 2, equal: 3 };
const greatest = { count: 100_000n, cap: 1_000_000_000n };

/** The hash shown when the packet is made: lower-case hex of a SHA-256 over everything that decides the amounts. */
export function commitment({ packetNo, seed, amount, count, split, cap }) {
  const bytes = Buffer.concat([
    Buffer.from('hongbao-draw', 'ascii'),
    u32(algorithm),
    u64(packetNo),
    Buffer.from(seed, 'hex'),
    u64(amount),
    u32(count),
    Buffer.from([splitCodes[split]]),
    u64(cap),
  ]);
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the first, second, ... claim of the packet gets, as BigInt. */
export function shares({ packetNo, seed, amount, count, split, cap }) {
  if (split === 'equal') return Array.from({ length: count }, () => BigInt(amount) / BigInt(count));
  const key = Buffer.from(seed, 'hex');
  const drawn = [];
  let left = BigInt(amount);
  for (let seq = 1; seq <= count; seq++) {
    const c = BigInt(count - seq + 1);
    const others = c - 1n;
    const hi = least((2n * left) / c, left - others, BigInt(cap));
    const lo = most(1n, left - others * BigInt(cap));
    const share = c === 1n ? left : uniform(key, packetNo, seq, lo, hi);
    drawn.push(share);
    left -= share;
  }
  if (split === 'fair') {
    for (let i = count; i >= 2; i--) {
      const j = Number(uniform(key, packetNo, count + i, 1n, BigInt(i)));
      [drawn[i - 1], drawn[j - 1]] = [drawn[j - 1], drawn[i - 1]];
    }
  }
  return drawn;
}

/** Draw n: uniform in [lo, hi]. Values above the last whole multiple of the range are drawn again, so that none is favoured. */
export function uniform(key, packetNo, n, lo, hi) {
  const range = hi - lo + 1n;
  const limit = ((1n << 64n) / range) * range;
  for (let retry = 0; ; retry++) {
    const mac = createHmac('sha256', key).update(Buffer.concat([u64(packetNo), u32(n), u32(retry)])).digest();
    const value = mac.readBigUInt64BE(0);
    if (value < limit) return lo + (value % range);
  }
}

/** Compares a shown draw with what it must be: { verdict: 'genuine' | 'notGenuine' | 'unknown', reasons, rows }. */
export function check(draw) {
  const unusable = whyUnusable(draw);
  if (unusable) return { verdict: 'unknown', reasons: [unusable], rows: [] };
  const reasons = [];
  if (commitment(draw) !== draw.seedHash) reasons.push('the seed is not the one that was committed to');
  const expected = shares(draw);
  const rows = draw.draws.map(({ seq, amount }) => ({ seq, shown: BigInt(amount), recomputed: expected[seq - 1] }));
  if (rows.length > draw.count) reasons.push(`${rows.length} shares are shown, the packet has ${draw.count}`);
  rows.forEach(({ seq, shown, recomputed }, index) => {
    if (seq !== index + 1) reasons.push(`share ${index + 1} is shown with seq ${seq}`);
    else if (shown !== recomputed) reasons.push(`share ${seq} is ${shown}, it must be ${recomputed}`);
  });
  return { verdict: reasons.length === 0 ? 'genuine' : 'notGenuine', reasons, rows };
}

function whyUnusable(draw) {
  if (draw === null || typeof draw !== 'object' || !Array.isArray(draw.draws)) return 'this is not a draw';
  if (draw.algorithm !== algorithm) return `the draw is of version ${draw.algorithm}, this program knows version ${algorithm}`;
  if (!/^[1-9][0-9]{0,18}$/.test(draw.packetNo) || !splitCodes[draw.split]) return 'the packet number or the split is not acceptable';
  if (![draw.amount, draw.count, draw.cap].every(Number.isSafeInteger)) return 'amount, count and cap must be integers';
  const [amount, count, cap] = [BigInt(draw.amount), BigInt(draw.count), BigInt(draw.cap)];
  if (count < 1n || count > greatest.count || cap < 1n || cap > greatest.cap || amount < count || amount > count * cap) return 'amount, count and cap do not fit each other';
  if (draw.split === 'equal' && amount % count !== 0n) return 'the amount does not divide by the count';
  if (!draw.draws.every((share) => Number.isSafeInteger(share?.seq) && Number.isSafeInteger(share?.amount))) return 'the shares must have integers';
  if (draw.seed === undefined || draw.seed === null) return 'the seed is not shown yet: the packet can still be opened';
  return /^[0-9a-f]{64}$/.test(draw.seed) ? undefined : 'the seed must be 64 digits of lower-case hex';
}

function u32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

function u64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

const least = (...values) => values.reduce((a, b) => (b < a ? b : a));
const most = (...values) => values.reduce((a, b) => (b > a ? b : a));

function main(path) {
  let draw;
  try {
    draw = JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'));
  } catch (error) {
    console.error(`${path} cannot be read: ${error.message}`);
    return 2;
  }
  const { verdict, reasons, rows } = check(draw);
  for (const { seq, shown, recomputed } of rows) console.log(`${seq}\t${shown}\t${recomputed ?? '-'}\t${shown === recomputed ? 'same' : 'DIFFERENT'}`);
  for (const reason of reasons) console.log(reason);
  console.log({ genuine: 'genuine', notGenuine: 'NOT GENUINE', unknown: 'cannot be said' }[verdict]);
  return { genuine: 0, notGenuine: 1, unknown: 2 }[verdict];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.length !== 3) {
    console.error('usage: node docs/draw.mjs packet.json');
    process.exitCode = 2;
  } else {
    process.exitCode = main(process.argv[2]);
  }
}
