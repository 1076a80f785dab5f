// The servant's side of peer.tars, in the form that tars2node gives it.
'use strict';

const TarsStream = require('@tars/stream');
const TarsError = require('@tars/rpc').error;
const { PeerTest } = require('./PeerTars.js');

module.exports = { PeerTest };

PeerTest.PeerImp = function () {};
PeerTest.PeerImp.prototype.initialize = function () {};

const respond = (current, write) => {
  const os = new TarsStream.TarsOutputStream();
  write(os);
  current.doResponse(os.getBinBuffer());
};

PeerTest.PeerImp.prototype.onDispatch = function (current, func, data) {
  const is = new TarsStream.TarsInputStream(data);
  switch (func) {
    case 'tars_ping':
      respond(current, (os) => os.writeInt32(0, 0));
      return TarsError.SUCCESS;
    case 'echo': {
      const value = is.readStruct(1, true, PeerTest.Everything);
      current.sendResponse = (ret) => respond(current, (os) => os.writeStruct(0, ret));
      this.echo(current, value);
      return TarsError.SUCCESS;
    }
    case 'add': {
      const a = is.readInt32(1, true);
      const b = is.readInt32(2, true);
      current.sendResponse = (ret, sum, text) =>
        respond(current, (os) => {
          os.writeInt32(0, ret);
          os.writeInt64(3, sum, true);
          os.writeString(4, text);
        });
      this.add(current, a, b);
      return TarsError.SUCCESS;
    }
    case 'fail': {
      const code = is.readInt32(1, true);
      const text = is.readString(2, true);
      current.sendResponse = () => respond(current, () => {});
      this.fail(current, code, text);
      return TarsError.SUCCESS;
    }
    case 'sleep': {
      const number = is.readInt32(1, true);
      const milliseconds = is.readInt32(2, true);
      current.sendResponse = (ret) => respond(current, (os) => os.writeInt32(0, ret));
      this.sleep(current, number, milliseconds);
      return TarsError.SUCCESS;
    }
    case 'note': {
      const text = is.readString(1, true);
      current.sendResponse = () => respond(current, () => {});
      this.note(current, text);
      return TarsError.SUCCESS;
    }
    case 'noted':
      current.sendResponse = (ret) => respond(current, (os) => os.writeList(0, ret));
      this.noted(current);
      return TarsError.SUCCESS;
    case 'nothing':
      current.sendResponse = () => respond(current, () => {});
      this.nothing(current);
      return TarsError.SUCCESS;
    case 'seen':
      current.sendResponse = (ret) => respond(current, (os) => os.writeMap(0, ret));
      this.seen(current);
      return TarsError.SUCCESS;
    default:
      return TarsError.SERVER.FUNC_NOT_FOUND;
  }
};
