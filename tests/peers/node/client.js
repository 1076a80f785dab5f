// node client.js ADDRESS: calls everything of PeerTest at an address, and writes what came back as one JSON object.
'use strict';

const TarsStream = require('@tars/stream');
const rpc = require('@tars/rpc');
const { PeerTest } = require('./PeerProxy.js');

const inner = (id, note) => Object.assign(new PeerTest.Inner(), { id, note });
const list = (of, values, exact) => {
  const all = new TarsStream.List(of, exact);
  values.forEach((value) => all.push(value));
  return all;
};
const map = (key, value, pairs, exact) => {
  const all = new TarsStream.Map(key, value, exact);
  pairs.forEach(([k, v]) => all.insert(k, v));
  return all;
};

const everything = () =>
  Object.assign(new PeerTest.Everything(), {
    truth: true,
    tiny: -128,
    tinyUnsigned: 255,
    small: -32768,
    smallUnsigned: 65535,
    medium: -2147483648,
    mediumUnsigned: 4294967295,
    large: '-9223372036854775808',
    single: 1.5,
    twice: 0.1,
    text: 'hello 红包 🧧',
    color: PeerTest.Color.BLUE,
    inner: inner(70000, 'within'),
    bytes: new TarsStream.BinBuffer(Buffer.from('00ff7f80', 'hex')),
    numbers: list(TarsStream.Int32, [0, 1, -1, 300, 70000]),
    texts: list(TarsStream.String, ['', 'x'.repeat(300)]),
    inners: list(PeerTest.Inner, [inner(1, 'none'), inner(2, 'two')]),
    counts: map(TarsStream.String, TarsStream.Int32, [['a', 1], ['b', -5]]),
    byId: map(TarsStream.Int32, PeerTest.Inner, [[7, inner(7, 'seven')]]),
    grid: list(TarsStream.List(TarsStream.Int64, 1), [
      list(TarsStream.Int64, ['9007199254740993', '-9007199254740993'], 1),
      list(TarsStream.Int64, [], 1),
    ], 1),
    groups: map(TarsStream.String, TarsStream.List(TarsStream.String), [['g', list(TarsStream.String, ['p', 'q'])]]),
    unsignedBytes: list(TarsStream.UInt8, [0, 127, 128, 255]),
    truths: list(TarsStream.Boolean, [true, false]),
    ratios: map(TarsStream.Int64, TarsStream.Double, [['9007199254740993', 0.5]], 1),
    far: '9223372036854775807',
  });

const outcome = (promise, pick) => promise.then((ok) => pick(ok.response), (e) => ({ code: e.response.error.code, message: e.response.error.message }));

const tup = (proxy, version, write, func, read) => {
  const values = new TarsStream.UniAttribute();
  values.tupVersion = version;
  write(values);
  return proxy._worker.tup_invoke(func, values).then((data) => read(data.response.tup), (e) => ({ code: e.error.code }));
};

const main = async (address) => {
  const client = rpc.Communicator.New();
  const proxy = client.stringToProxy(PeerTest.PeerProxy, address);
  proxy.setTimeout(10000);
  const results = {};
  results.ping = await outcome(proxy._call('tars_ping', () => {}, () => {}), () => 'pong');
  results.echo = await outcome(proxy.echo(everything()), (r) => r.return.toObject());
  results.defaults = await outcome(proxy.echo(new PeerTest.Everything()), (r) => r.return.toObject());
  results.add = await outcome(proxy.add(2147483647, 1), (r) => ({ return: r.return, sum: r.arguments.sum, text: r.arguments.text }));
  results.failOwn = await outcome(proxy.fail(7, 'seven'), () => 'no fault');
  results.failThrown = await outcome(proxy.fail(-1000, 'secret'), () => 'no fault');
  results.failNot = await outcome(proxy.fail(0, ''), () => 'no fault');
  results.noFunction = await outcome(proxy._call('nowhere', () => {}, () => {}), () => 'no fault');
  results.undecodable = await outcome(proxy._call('add', (os) => os.writeString(1, 'a')), () => 'no fault');
  results.nothing = await outcome(proxy.nothing(), () => 'done');
  // The first sleeps longest, so the answers come in another order.
  const order = [];
  results.sleeps = await Promise.all(
    Array.from({ length: 64 }, (_, i) => proxy.sleep(i, i === 0 ? 300 : 64 - i).then((ok) => {
      order.push(ok.response.return);
      return ok.response.return;
    })),
  );
  results.firstCameLast = order[order.length - 1] === 0;
  // This runtime rejects one-way calls when they are sent.
  results.oneWay = await outcome(proxy.note('one way', { packetType: 1 }), () => 'answered');
  results.note = await outcome(proxy.note('both ways'), () => 'done');
  results.noted = await outcome(proxy.noted(), (r) => r.return.toObject());
  results.seen = await outcome(proxy.seen({ context: { 'trace-id': 't-1', own: 'mine' } }), (r) => ({ return: r.return.toObject(), context: r.context }));

  for (const version of [3, 2]) {
    const named = rpc.Communicator.New().stringToProxy(PeerTest.PeerProxy, address);
    named.setTimeout(10000);
    named._worker.version = version;
    results[`tup${version}`] = await tup(named, version, (v) => {
      v.writeInt32('b', 5);
      v.writeInt32('a', 3);
    }, 'add', (v) => ({ return: v.readInt32(''), sum: v.readInt64('sum', undefined, true), text: v.readString('text') }));
    results[`tup${version}Echo`] = await tup(named, version, (v) => v.writeStruct('value', everything()), 'echo',
      (v) => v.readStruct('', PeerTest.Everything).toObject());
    results[`tup${version}Fault`] = await tup(named, version, () => {}, 'add', () => 'no fault');
  }

  console.log(JSON.stringify(results));
  process.exit(0);
};

main(process.argv[2]).catch((e) => {
  console.error(e);
  process.exit(1);
});
