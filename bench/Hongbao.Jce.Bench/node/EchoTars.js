// Both sides of echo.jce, in the form that tars2node gives them. Its numbers are below 2^53, so that those of the language do.
'use strict';

const TarsStream = require('@tars/stream');
const TarsError = require('@tars/rpc').error;

const CallContext = function () {
  this.app = 'default';
  this.uid = 0;
  this.deadlineMs = 0;
  this.traceId = '';
  this.shadow = false;
  this.locale = '';
  this._classname = 'Hongbao.CallContext';
};
CallContext._classname = 'Hongbao.CallContext';
CallContext._write = (os, tag, value) => os.writeStruct(tag, value);
CallContext._read = (is, tag, def) => is.readStruct(tag, true, def);
CallContext._readFrom = (is) => {
  const tmp = new CallContext();
  tmp.app = is.readString(0, true, 'default');
  tmp.uid = is.readInt64(1, false, 0);
  tmp.deadlineMs = is.readInt64(2, false, 0);
  tmp.traceId = is.readString(3, false, '');
  tmp.shadow = is.readBoolean(4, false, false);
  tmp.locale = is.readString(5, false, '');
  return tmp;
};
CallContext.prototype._writeTo = function (os) {
  os.writeString(0, this.app);
  os.writeInt64(1, this.uid);
  os.writeInt64(2, this.deadlineMs);
  os.writeString(3, this.traceId);
  os.writeBoolean(4, this.shadow);
  os.writeString(5, this.locale);
};
CallContext.new = () => new CallContext();
CallContext.create = (is) => CallContext._readFrom(is);

const EchoImp = function () {};
EchoImp.prototype.initialize = function () {};
EchoImp.prototype.onDispatch = function (current, func, data) {
  const is = new TarsStream.TarsInputStream(data);
  switch (func) {
    case 'tars_ping':
      current.doResponse(new TarsStream.TarsOutputStream().getBinBuffer());
      return TarsError.SUCCESS;
    case 'echo': {
      const context = is.readStruct(1, true, CallContext);
      const text = is.readString(2, true, '');
      current.sendResponse = (ret) => {
        const os = new TarsStream.TarsOutputStream();
        os.writeString(0, ret);
        current.doResponse(os.getBinBuffer());
      };
      this.echo(current, context, text);
      return TarsError.SUCCESS;
    }
    default:
      return TarsError.SERVER.FUNC_NOT_FOUND;
  }
};

const EchoProxy = function () {
  this._name = undefined;
  this._worker = undefined;
};
EchoProxy.prototype.setTimeout = function (milliseconds) {
  this._worker.timeout = milliseconds;
};
EchoProxy.prototype.echo = function (context, text, property) {
  const os = new TarsStream.TarsOutputStream();
  os.writeStruct(1, context);
  os.writeString(2, text);
  const decode = (data) => {
    try {
      const response = { arguments: {} };
      response.return = new TarsStream.TarsInputStream(data.response.sBuffer).readString(0, true, TarsStream.String);
      return { request: data.request, response };
    } catch (e) {
      throw { request: data.request, response: { error: { code: TarsError.CLIENT.DECODE_ERROR, message: e.message } } };
    }
  };
  const failed = (data) => {
    throw { request: data.request, response: { error: data.error } };
  };
  return this._worker.tars_invoke('echo', os.getBinBuffer(), property).then(decode, failed);
};

module.exports = { CallContext, EchoImp, EchoProxy };
