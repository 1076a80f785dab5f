// The caller's side of peer.tars, in the form that tars2node gives it.
'use strict';

const TarsStream = require('@tars/stream');
const TarsError = require('@tars/rpc').error;
const { PeerTest } = require('./PeerTars.js');

module.exports = { PeerTest };

PeerTest.PeerProxy = function () {
  this._name = undefined;
  this._worker = undefined;
};

PeerTest.PeerProxy.prototype.setTimeout = function (milliseconds) {
  this._worker.timeout = milliseconds;
};

const failed = (data) => {
  throw { request: data.request, response: { error: data.error } };
};

PeerTest.PeerProxy.prototype._call = function (func, write, read, property) {
  const os = new TarsStream.TarsOutputStream();
  write(os);
  const decode = (data) => {
    try {
      const response = { arguments: {}, context: data.response.context.toObject() };
      read(new TarsStream.TarsInputStream(data.response.sBuffer), response);
      return { request: data.request, response };
    } catch (e) {
      throw { request: data.request, response: { error: { code: TarsError.CLIENT.DECODE_ERROR, message: e.message } } };
    }
  };
  return this._worker.tars_invoke(func, os.getBinBuffer(), property).then(decode, failed);
};

PeerTest.PeerProxy.prototype.echo = function (value, property) {
  return this._call('echo', (os) => os.writeStruct(1, value), (is, response) => {
    response.return = is.readStruct(0, true, PeerTest.Everything);
  }, property);
};

PeerTest.PeerProxy.prototype.add = function (a, b, property) {
  return this._call('add', (os) => {
    os.writeInt32(1, a);
    os.writeInt32(2, b);
  }, (is, response) => {
    response.return = is.readInt32(0, true, TarsStream.Int32);
    response.arguments.sum = is.readInt64(3, true, TarsStream.Int64, true);
    response.arguments.text = is.readString(4, true, TarsStream.String);
  }, property);
};

PeerTest.PeerProxy.prototype.fail = function (code, text, property) {
  return this._call('fail', (os) => {
    os.writeInt32(1, code);
    os.writeString(2, text);
  }, () => {}, property);
};

PeerTest.PeerProxy.prototype.sleep = function (number, milliseconds, property) {
  return this._call('sleep', (os) => {
    os.writeInt32(1, number);
    os.writeInt32(2, milliseconds);
  }, (is, response) => {
    response.return = is.readInt32(0, true, TarsStream.Int32);
  }, property);
};

PeerTest.PeerProxy.prototype.note = function (text, property) {
  return this._call('note', (os) => os.writeString(1, text), () => {}, property);
};

PeerTest.PeerProxy.prototype.noted = function (property) {
  return this._call('noted', () => {}, (is, response) => {
    response.return = is.readList(0, true, TarsStream.List(TarsStream.String));
  }, property);
};

PeerTest.PeerProxy.prototype.nothing = function (property) {
  return this._call('nothing', () => {}, () => {}, property);
};

PeerTest.PeerProxy.prototype.seen = function (property) {
  return this._call('seen', () => {}, (is, response) => {
    response.return = is.readMap(0, true, TarsStream.Map(TarsStream.String, TarsStream.String));
  }, property);
};
