// node echo-server.js: serves JceBench.EchoServer.EchoObj at a free port, and tells which. Each line is answered with how many calls it had; it ends when its
// input does.
'use strict';

const readline = require('readline');
const Tars = require('@tars/rpc').server;
const { EchoImp } = require('./EchoTars.js');

let calls = 0;
EchoImp.prototype.echo = (current, context, text) => {
  if (context.deadlineMs === 0 || context.traceId === '' || !current.getContext().get('trace-id')) {
    throw new Error('the deadline or the trace did not arrive');
  }
  calls++;
  current.sendResponse(text);
};

const server = Tars.createServer(EchoImp);
server.start({
  endpoint: 'tcp -h 127.0.0.1 -p 0 -t 60000',
  servant: 'JceBench.EchoServer.EchoObj',
  protocol: 'tars',
  maxconns: 1024,
});
const listener = server._server._adapters[0]._netthread._listener;
listener.on('listening', () => console.log(`listening ${listener.address().port}`));
readline.createInterface({ input: process.stdin })
  .on('line', () => console.log(String(calls)))
  .on('close', () => process.exit(0));
