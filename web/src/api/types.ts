/** The JSON of the HTTP contract, as far as this page reads it. Amounts are fen; numbers of things are decimal strings. */

export type PacketStatus = 'PENDING_PAYMENT' | 'ACTIVE' | 'EXHAUSTED' | 'EXPIRED' | 'REFUNDING' | 'REFUNDED' | 'CLOSED';
export type ClaimStatus = 'CLAIMED' | 'TRANSFERRING' | 'TRANSFERRED' | 'FAILED';
export type Split = 'random' | 'fair' | 'equal';
export type ScopeKind = 'public' | 'followers' | 'friends' | 'exclusive';

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface YearPage<T> extends Page<T> {
  totals: { count: number; amount: number };
}

export interface Person {
  uid: string;
  name: string;
  avatar: string;
}

export interface Limits {
  currency: string;
  maxCount: number;
  minShare: number;
  maxShare: number;
  maxGreeting: number;
}

export interface Claim {
  claimNo: string;
  packetNo: string;
  seq: number;
  amount: number;
  status: ClaimStatus;
  claimedAt: string;
}

export interface Packet {
  packetNo: string;
  kind: string;
  status: PacketStatus;
  sender: string;
  senderName?: string;
  senderAvatar?: string;
  greeting?: string;
  contentId?: string | null;
  split: Split;
  amount: number;
  currency?: string;
  count: number;
  scope?: { kind: ScopeKind };
  claimedAmount: number;
  claimedCount: number;
  remainingCount: number;
  createdAt: string;
  expiresAt: string;
  seedHash: string;
  seed?: string | null;
  myClaim?: Claim | null;
  refundedAmount: number;
  cashierUrl?: string | null;
}

export interface ClaimRow {
  claimNo: string;
  seq: number;
  uid: string;
  name?: string;
  avatar?: string;
  amount: number;
  claimedAt: string;
  luckiest: boolean;
}

export interface Draw {
  packetNo: string;
  algorithm: number;
  split: Split;
  amount: number;
  count: number;
  cap: number;
  seedHash: string;
  seed?: string | null;
  draws: { seq: number; amount: number }[];
}

export interface NewPacket {
  amount: number;
  count: number;
  currency: string;
  split: Split;
  scope: { kind: ScopeKind; uids?: string[] };
  greeting: string;
  funding: { kind: 'cashier' };
}

export interface CreatedPacket {
  packetNo: string;
  status: PacketStatus;
  expiresAt: string;
  payment?: { payOrderNo: string; status: string; cashierUrl: string } | null;
  seedHash: string;
}

export interface Received {
  claimNo: string;
  packetNo: string;
  seq: number;
  sender: string;
  senderName?: string;
  senderAvatar?: string;
  greeting?: string;
  amount: number;
  status: ClaimStatus;
  claimedAt: string;
}

export interface Wallet {
  currency: string;
  change: number;
  reward: number;
}

export interface WalletEntry {
  entryNo: string;
  kind: string;
  amount: number;
  balance: number;
  packetNo?: string | null;
  at: string;
}
