// A packet's life: node dist/main.js [URL] [FIRST_UID]. Needs a server with development tokens, such as ./run starts.
import { HongbaoClient, HongbaoError, newRequestId } from 'hongbao-client';

declare const process: { argv: string[]; exitCode: number };

const service = process.argv[2] ?? 'http://127.0.0.1:8080';
const firstUid = BigInt(process.argv[3] ?? '1001');
const shares = 3;

/** A client for one user. An app gets its users' tokens from its own login; here the server makes them up. */
function clientOf(uid: string): HongbaoClient {
  const open = new HongbaoClient({ service });
  let token: string | undefined;
  return new HongbaoClient({
    service,
    // Asked with undefined at first, and with the token that the service refused, when it did.
    token: async (refused) => {
      if (token === undefined || token === refused) token = (await open.issueDevToken({ uid })).token;
      return token;
    },
  });
}

/** Asks until the answer is there, for at most ten seconds: money moves a moment after the request. Throws when it is not there then. */
async function until<T>(ask: () => Promise<T>, isThere: (answer: T) => boolean): Promise<T> {
  const end = performance.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (isThere(answer)) return answer;
    if (performance.now() > end) throw new Error(`still not there after ten seconds: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function send(sender: HongbaoClient): Promise<string> {
  // Keep it until there is an answer: sent again under the same number, it is the same packet.
  const requestId = newRequestId();
  const packet = await sender.createPacket({
    requestId,
    amount: 1000,
    count: shares,
    currency: 'CNY',
    split: 'random',
    scope: { kind: 'public' },
    funding: { kind: 'cashier' },
  });
  const { payOrderNo } = packet.payment!;
  await until(() => sender.pay(payOrderNo), (payment) => payment.status === 'SUCCEEDED');
  return packet.packetNo;
}

async function take(client: HongbaoClient, packetNo: string): Promise<void> {
  try {
    const claim = await client.claim(packetNo, { onWait: ({ poll, maxPolls }) => console.log(`in the line: ${poll} of ${maxPolls}`) });
    console.log(`took ${claim.amount}, ${claim.remainingCount} left`);
    const ended = await until(() => client.getClaim(claim.claimNo), ({ status }) => status === 'TRANSFERRED' || status === 'FAILED');
    if (ended.status === 'FAILED') console.log('it could not be credited and went back to the sender');
  } catch (error) {
    if (!(error instanceof HongbaoError) || error.code !== 'PACKET_EXHAUSTED') throw error;
    console.log('came too late');
  }
}

const sender = clientOf(String(firstUid));
const packetNo = await send(sender);
console.log(`packet ${packetNo}`);

// One more than there are shares.
const takers = Array.from({ length: shares + 1 }, (_, i) => String(firstUid + BigInt(1 + i))).map((uid) => ({ uid, client: clientOf(uid) }));
for (const { client } of takers) await take(client, packetNo);

const { items } = await sender.listClaims(packetNo);
for (const row of items) console.log(`share ${row.seq}: ${row.amount} to ${row.uid}${row.luckiest ? ', the luckiest' : ''}`);
for (const { uid, client } of takers) console.log(`wallet ${uid}: ${(await client.getWallet()).change}`);
