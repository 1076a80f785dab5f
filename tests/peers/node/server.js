// node server.js [PORT]: serves PeerTest.PeerServer.PeerObj, and tells the port that it got.
'use strict';

const TarsStream = require('@tars/stream');
const Tars = require('@tars/rpc').server;
const { PeerTest } = require('./Peer.js');

const notes = [];
const Imp = PeerTest.PeerImp;

Imp.prototype.echo = (current, value) => current.sendResponse(value);
Imp.prototype.add = (current, a, b) => current.sendResponse(a ^ b, String(BigInt(a) + BigInt(b)), `${a}+${b}`);
Imp.prototype.fail = (current, code, text) => {
  if (code === 0) {
    current.sendResponse();
  } else if (code === -1000) {
    throw new Error(text);
  } else {
    current.sendErrorResponse(code, text);
  }
};
Imp.prototype.sleep = (current, number, milliseconds) => setTimeout(() => current.sendResponse(number), milliseconds);
Imp.prototype.note = (current, text) => {
  notes.push(`${text}/${current.getRequest().cPacketType}`);
  current.sendResponse();
};
Imp.prototype.noted = (current) => {
  const list = new TarsStream.List(TarsStream.String);
  notes.forEach((text) => list.push(text));
  current.sendResponse(list);
};
Imp.prototype.nothing = (current) => current.sendResponse();
Imp.prototype.seen = (current) => {
  // What came as context goes back as the answer, and as its context.
  const map = new TarsStream.Map(TarsStream.String, TarsStream.String);
  const context = {};
  current.getContext().forEach((key, value) => {
    map.insert(key, value);
    context[key] = value;
  });
  current.getRequestStatus().forEach((key, value) => map.insert(key, value));
  current.setResponseContext(context);
  current.sendResponse(map);
};

const server = Tars.createServer(Imp);
server.start({
  endpoint: `tcp -h 127.0.0.1 -p ${process.argv[2] || 0} -t 60000`,
  servant: 'PeerTest.PeerServer.PeerObj',
  protocol: 'tars',
  maxconns: 1024,
});
const listener = server._server._adapters[0]._netthread._listener;
listener.on('listening', () => console.log(`listening on ${listener.address().port}`));
// Whoever started it and is gone has closed this.
process.stdin.on('end', () => process.exit(0)).resume();
