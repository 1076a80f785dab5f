// The structs of packet.jce, in the form that tars2node gives them. `exact` is its option for 64-bit numbers as texts.
'use strict';

const TarsStream = require('@tars/stream');

module.exports = (exact) => {
  const JceBench = {};

  JceBench.Claim = function () {
    this.claimNo = exact ? '0' : 0;
    this.packetNo = exact ? '0' : 0;
    this.uid = exact ? '0' : 0;
    this.seq = 0;
    this.amount = exact ? '0' : 0;
    this.status = 0;
    this.claimedAtMs = exact ? '0' : 0;
    this._classname = 'JceBench.Claim';
  };
  JceBench.Claim._classname = 'JceBench.Claim';
  JceBench.Claim._write = (os, tag, value) => os.writeStruct(tag, value);
  JceBench.Claim._read = (is, tag, def) => is.readStruct(tag, true, def);
  JceBench.Claim._readFrom = (is) => {
    const tmp = new JceBench.Claim();
    tmp.claimNo = is.readInt64(0, true, 0, exact);
    tmp.packetNo = is.readInt64(1, true, 0, exact);
    tmp.uid = is.readInt64(2, true, 0, exact);
    tmp.seq = is.readInt32(3, true, 0);
    tmp.amount = is.readInt64(4, true, 0, exact);
    tmp.status = is.readInt32(5, true, 0);
    tmp.claimedAtMs = is.readInt64(6, true, 0, exact);
    return tmp;
  };
  JceBench.Claim.prototype._writeTo = function (os) {
    os.writeInt64(0, this.claimNo, exact);
    os.writeInt64(1, this.packetNo, exact);
    os.writeInt64(2, this.uid, exact);
    os.writeInt32(3, this.seq);
    os.writeInt64(4, this.amount, exact);
    os.writeInt32(5, this.status);
    os.writeInt64(6, this.claimedAtMs, exact);
  };
  JceBench.Claim.prototype.toObject = function () {
    const { claimNo, packetNo, uid, seq, amount, status, claimedAtMs } = this;
    return { claimNo, packetNo, uid, seq, amount, status, claimedAtMs };
  };
  JceBench.Claim.new = () => new JceBench.Claim();
  JceBench.Claim.create = (is) => JceBench.Claim._readFrom(is);

  JceBench.Packet = function () {
    this.packetNo = exact ? '0' : 0;
    this.kind = 0;
    this.status = 0;
    this.sender = exact ? '0' : 0;
    this.senderName = '';
    this.senderAvatar = '';
    this.greeting = '';
    this.contentId = '';
    this.split = 0;
    this.scope = 0;
    this.amount = exact ? '0' : 0;
    this.currency = '';
    this.count = 0;
    this.cap = exact ? '0' : 0;
    this.claimedAmount = exact ? '0' : 0;
    this.claimedCount = 0;
    this.createdAtMs = exact ? '0' : 0;
    this.expiresAtMs = exact ? '0' : 0;
    this.seedHash = '';
    this.claims = new TarsStream.List(JceBench.Claim);
    this._classname = 'JceBench.Packet';
  };
  JceBench.Packet._classname = 'JceBench.Packet';
  JceBench.Packet._write = (os, tag, value) => os.writeStruct(tag, value);
  JceBench.Packet._read = (is, tag, def) => is.readStruct(tag, true, def);
  JceBench.Packet._readFrom = (is) => {
    const tmp = new JceBench.Packet();
    tmp.packetNo = is.readInt64(0, true, 0, exact);
    tmp.kind = is.readInt32(1, true, 0);
    tmp.status = is.readInt32(2, true, 0);
    tmp.sender = is.readInt64(3, true, 0, exact);
    tmp.senderName = is.readString(4, false, '');
    tmp.senderAvatar = is.readString(5, false, '');
    tmp.greeting = is.readString(6, false, '');
    tmp.contentId = is.readString(7, false, '');
    tmp.split = is.readInt32(8, true, 0);
    tmp.scope = is.readInt32(9, true, 0);
    tmp.amount = is.readInt64(10, true, 0, exact);
    tmp.currency = is.readString(11, true, '');
    tmp.count = is.readInt32(12, true, 0);
    tmp.cap = is.readInt64(13, true, 0, exact);
    tmp.claimedAmount = is.readInt64(14, true, 0, exact);
    tmp.claimedCount = is.readInt32(15, true, 0);
    tmp.createdAtMs = is.readInt64(16, true, 0, exact);
    tmp.expiresAtMs = is.readInt64(17, true, 0, exact);
    tmp.seedHash = is.readString(18, false, '');
    tmp.claims = is.readList(19, false, TarsStream.List(JceBench.Claim));
    return tmp;
  };
  JceBench.Packet.prototype._writeTo = function (os) {
    os.writeInt64(0, this.packetNo, exact);
    os.writeInt32(1, this.kind);
    os.writeInt32(2, this.status);
    os.writeInt64(3, this.sender, exact);
    os.writeString(4, this.senderName);
    os.writeString(5, this.senderAvatar);
    os.writeString(6, this.greeting);
    os.writeString(7, this.contentId);
    os.writeInt32(8, this.split);
    os.writeInt32(9, this.scope);
    os.writeInt64(10, this.amount, exact);
    os.writeString(11, this.currency);
    os.writeInt32(12, this.count);
    os.writeInt64(13, this.cap, exact);
    os.writeInt64(14, this.claimedAmount, exact);
    os.writeInt32(15, this.claimedCount);
    os.writeInt64(16, this.createdAtMs, exact);
    os.writeInt64(17, this.expiresAtMs, exact);
    os.writeString(18, this.seedHash);
    os.writeList(19, this.claims);
  };
  JceBench.Packet.prototype.toObject = function () {
    const { _classname, ...fields } = this;
    return { ...fields, claims: this.claims.toObject() };
  };
  JceBench.Packet.new = () => new JceBench.Packet();
  JceBench.Packet.create = (is) => JceBench.Packet._readFrom(is);

  return JceBench;
};
