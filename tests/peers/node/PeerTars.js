// The structs of peer.tars, in the form that tars2node gives them; 64-bit numbers are texts, since they go beyond 2^53.
'use strict';

const TarsStream = require('@tars/stream');

const PeerTest = {};
module.exports = { PeerTest };

PeerTest.Color = { RED: 1, GREEN: 5, BLUE: 6, _classname: 'PeerTest.Color' };
PeerTest.Color._write = (os, tag, value) => os.writeInt32(tag, value);
PeerTest.Color._read = (is, tag, def) => is.readInt32(tag, true, def);

PeerTest.Inner = function () {
  this.id = 0;
  this.note = 'none';
  this._classname = 'PeerTest.Inner';
};
PeerTest.Inner._classname = 'PeerTest.Inner';
PeerTest.Inner._write = (os, tag, value) => os.writeStruct(tag, value);
PeerTest.Inner._read = (is, tag, def) => is.readStruct(tag, true, def);
PeerTest.Inner._readFrom = (is) => {
  const tmp = new PeerTest.Inner();
  tmp.id = is.readInt32(0, true, 0);
  tmp.note = is.readString(1, false, 'none');
  return tmp;
};
PeerTest.Inner.prototype._writeTo = function (os) {
  os.writeInt32(0, this.id);
  os.writeString(1, this.note);
};
PeerTest.Inner.prototype.toObject = function () {
  return { id: this.id, note: this.note };
};
PeerTest.Inner.prototype.readFromObject = function (json) {
  Object.assign(this, json);
};
PeerTest.Inner.new = () => new PeerTest.Inner();
PeerTest.Inner.create = (is) => PeerTest.Inner._readFrom(is);

// The runtime forgets, when it reads a list, that its numbers are texts.
const exact = (list) => {
  list._bValue = 1;
  return list;
};

const longs = () => TarsStream.List(TarsStream.Int64, 1);

PeerTest.Everything = function () {
  this.truth = false;
  this.tiny = 0;
  this.tinyUnsigned = 0;
  this.small = 0;
  this.smallUnsigned = 0;
  this.medium = 0;
  this.mediumUnsigned = 0;
  this.large = '0';
  this.single = 0;
  this.twice = 0;
  this.text = '';
  this.color = PeerTest.Color.RED;
  this.inner = new PeerTest.Inner();
  this.bytes = new TarsStream.BinBuffer();
  this.numbers = new TarsStream.List(TarsStream.Int32);
  this.texts = new TarsStream.List(TarsStream.String);
  this.inners = new TarsStream.List(PeerTest.Inner);
  this.counts = new TarsStream.Map(TarsStream.String, TarsStream.Int32);
  this.byId = new TarsStream.Map(TarsStream.Int32, PeerTest.Inner);
  this.grid = new TarsStream.List(longs(), 1);
  this.groups = new TarsStream.Map(TarsStream.String, TarsStream.List(TarsStream.String));
  this.unsignedBytes = new TarsStream.List(TarsStream.UInt8);
  this.truths = new TarsStream.List(TarsStream.Boolean);
  this.ratios = new TarsStream.Map(TarsStream.Int64, TarsStream.Double, 1);
  this.far = '7';
  this._classname = 'PeerTest.Everything';
};
PeerTest.Everything._classname = 'PeerTest.Everything';
PeerTest.Everything._write = (os, tag, value) => os.writeStruct(tag, value);
PeerTest.Everything._read = (is, tag, def) => is.readStruct(tag, true, def);
PeerTest.Everything._readFrom = (is) => {
  const tmp = new PeerTest.Everything();
  tmp.truth = is.readBoolean(0, true, false);
  tmp.tiny = is.readInt8(1, true, 0);
  tmp.tinyUnsigned = is.readUInt8(2, true, 0);
  tmp.small = is.readInt16(3, true, 0);
  tmp.smallUnsigned = is.readUInt16(4, true, 0);
  tmp.medium = is.readInt32(5, true, 0);
  tmp.mediumUnsigned = is.readUInt32(6, true, 0);
  tmp.large = is.readInt64(7, true, '0', true);
  tmp.single = is.readFloat(8, true, 0);
  tmp.twice = is.readDouble(9, true, 0);
  tmp.text = is.readString(10, true, '');
  tmp.color = is.readInt32(11, true, PeerTest.Color.RED);
  tmp.inner = is.readStruct(12, true, PeerTest.Inner);
  tmp.bytes = is.readBytes(13, true, TarsStream.BinBuffer);
  tmp.numbers = is.readList(14, true, TarsStream.List(TarsStream.Int32));
  tmp.texts = is.readList(15, false, TarsStream.List(TarsStream.String));
  tmp.inners = is.readList(16, false, TarsStream.List(PeerTest.Inner));
  tmp.counts = is.readMap(17, false, TarsStream.Map(TarsStream.String, TarsStream.Int32));
  tmp.byId = is.readMap(18, false, TarsStream.Map(TarsStream.Int32, PeerTest.Inner));
  tmp.grid = is.readList(19, false, TarsStream.List(longs()));
  tmp.groups = is.readMap(20, false, TarsStream.Map(TarsStream.String, TarsStream.List(TarsStream.String)));
  tmp.unsignedBytes = is.readList(21, false, TarsStream.List(TarsStream.UInt8));
  tmp.truths = is.readList(22, false, TarsStream.List(TarsStream.Boolean));
  tmp.ratios = is.readMap(23, false, TarsStream.Map(TarsStream.Int64, TarsStream.Double, 1));
  tmp.far = is.readInt64(200, false, '7', true);
  return tmp;
};
PeerTest.Everything.prototype._writeTo = function (os) {
  os.writeBoolean(0, this.truth);
  os.writeInt8(1, this.tiny);
  os.writeUInt8(2, this.tinyUnsigned);
  os.writeInt16(3, this.small);
  os.writeUInt16(4, this.smallUnsigned);
  os.writeInt32(5, this.medium);
  os.writeUInt32(6, this.mediumUnsigned);
  os.writeInt64(7, this.large, true);
  os.writeFloat(8, this.single);
  os.writeDouble(9, this.twice);
  os.writeString(10, this.text);
  os.writeInt32(11, this.color);
  os.writeStruct(12, this.inner);
  os.writeBytes(13, this.bytes);
  os.writeList(14, this.numbers);
  os.writeList(15, this.texts);
  os.writeList(16, this.inners);
  os.writeMap(17, this.counts);
  os.writeMap(18, this.byId);
  this.grid.forEach((row) => {
    exact(row);
  });
  os.writeList(19, this.grid);
  os.writeMap(20, this.groups);
  os.writeList(21, this.unsignedBytes);
  os.writeList(22, this.truths);
  os.writeMap(23, this.ratios);
  os.writeInt64(200, this.far, true);
};
PeerTest.Everything.prototype.toObject = function () {
  return {
    truth: this.truth,
    tiny: this.tiny,
    tinyUnsigned: this.tinyUnsigned,
    small: this.small,
    smallUnsigned: this.smallUnsigned,
    medium: this.medium,
    mediumUnsigned: this.mediumUnsigned,
    large: String(this.large),
    single: this.single,
    twice: this.twice,
    text: this.text,
    color: this.color,
    inner: this.inner.toObject(),
    bytes: this.bytes.toNodeBuffer().toString('hex'),
    numbers: this.numbers.toObject(),
    texts: this.texts.toObject(),
    inners: this.inners.toObject(),
    counts: this.counts.toObject(),
    byId: this.byId.toObject(),
    grid: this.grid.toObject().map((row) => row.map(String)),
    groups: this.groups.toObject(),
    unsignedBytes: this.unsignedBytes.toObject(),
    truths: this.truths.toObject(),
    ratios: this.ratios.toObject(),
    far: String(this.far),
  };
};
PeerTest.Everything.new = () => new PeerTest.Everything();
PeerTest.Everything.create = (is) => PeerTest.Everything._readFrom(is);
