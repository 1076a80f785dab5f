// node codec.js exact|rounding: reads `version`, `sample HEX`, `encode MS` and `decode MS`, line by line, and answers each with a
// line of JSON.
'use strict';

const readline = require('readline');
const TarsStream = require('@tars/stream');
const exact = process.argv[2] === 'exact';
const { Packet } = require('./PacketTars.js')(exact);

let bytes;
let sample;
let kept;

const encode = () => {
  const os = new TarsStream.TarsOutputStream();
  sample._writeTo(os);
  return os.getBinBuffer();
};
const decode = () => Packet._readFrom(new TarsStream.TarsInputStream(new TarsStream.BinBuffer(bytes)));

const measure = (once, milliseconds) => {
  const duration = BigInt(Math.round(milliseconds * 1e6));
  const started = process.hrtime.bigint();
  let times = 0;
  let took;
  do {
    for (let i = 0; i < 20; i++) {
      kept = once();
    }
    times += 20;
    took = process.hrtime.bigint() - started;
  } while (took < duration);
  return { nanoseconds: Number(took) / times };
};

const answer = (line) => {
  const [word, value] = line.split(' ');
  switch (word) {
    case 'sample':
      bytes = Buffer.from(value, 'hex');
      sample = decode();
      return { hex: encode().toNodeBuffer().toString('hex'), decoded: decode().toObject() };
    case 'version':
      return ['stream', 'rpc'].map((name) => `@tars/${name} ${require(`@tars/${name}/package.json`).version}`).concat(`Node ${process.version}`).join(', ');
    case 'encode':
      return measure(encode, Number(value));
    case 'decode':
      return measure(decode, Number(value));
    default:
      throw new Error(`unknown: ${word}`);
  }
};

readline.createInterface({ input: process.stdin })
  .on('line', (line) => console.log(JSON.stringify(answer(line))))
  .on('close', () => process.exit(kept === null ? 1 : 0));
