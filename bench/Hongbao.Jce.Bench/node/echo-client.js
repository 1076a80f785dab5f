// node echo-client.js PORT OUTSTANDING DEADLINE_MS SAMPLED_EACH: each line is for how many seconds to call, and is answered with what was seen.
'use strict';

const readline = require('readline');
const rpc = require('@tars/rpc');
const { CallContext, EchoProxy } = require('./EchoTars.js');

const [port, outstanding, deadlineMs, sampledEach] = process.argv.slice(2).map(Number);
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const text = 'x'.repeat(100);
const proxy = rpc.Communicator.New().stringToProxy(EchoProxy, `JceBench.EchoServer.EchoObj@tcp -h 127.0.0.1 -p ${port} -t 60000`);
proxy.setTimeout(deadlineMs);

const now = () => Number(process.hrtime.bigint()) / 1000;

const call = async (until, latencies) => {
  for (let calls = 0; ; ) {
    const context = Object.assign(new CallContext(), { uid: 10012345, deadlineMs: Date.now() + deadlineMs, traceId, locale: 'zh-CN' });
    const isSampled = calls % sampledEach === 0;
    const began = isSampled ? now() : 0;
    const answer = await proxy.echo(context, text, { context: { 'trace-id': traceId } });
    if (answer.response.return !== text) {
      throw new Error('another text came back');
    }
    calls++;
    if (isSampled) {
      const ended = now();
      latencies.push(ended - began);
      if (ended >= until) {
        return calls;
      }
    }
  }
};

const run = async (seconds) => {
  const latencies = [];
  const began = now();
  const each = await Promise.all(Array.from({ length: outstanding }, () => call(began + seconds * 1e6, latencies)));
  const took = (now() - began) / 1e6;
  const calls = each.reduce((sum, n) => sum + n, 0);
  latencies.sort((a, b) => a - b);
  const percentile = (part) => latencies[Math.min(latencies.length - 1, Math.ceil(latencies.length * part))];
  return { rate: calls / took, calls, p50: percentile(0.5), p99: percentile(0.99), allocated: null };
};

readline.createInterface({ input: process.stdin })
  .on('line', (line) => run(Number(line)).then((seen) => console.log(JSON.stringify(seen)), (e) => {
    console.error(e);
    process.exit(1);
  }))
  .on('close', () => process.exit(0));
