import { request } from './request';
import type {
  Claim,
  ClaimRow,
  CreatedPacket,
  Draw,
  Limits,
  NewPacket,
  Packet,
  PacketStatus,
  Page,
  Person,
  Received,
  Wallet,
  WalletEntry,
  YearPage,
} from './types';

/** Every call of the HTTP contract that this page makes. */

function query(values: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

const packetPath = (packetNo: string) => `/api/v1/packets/${encodeURIComponent(packetNo)}`;

export const demoUsers = () => request<Page<Person>>('GET', '/api/v1/dev/users', { anonymous: true });
export const demoToken = (uid: string) =>
  request<{ token: string }>('POST', '/api/v1/dev/token', { body: { uid }, anonymous: true });
export const limits = () => request<Limits>('GET', '/api/v1/limits', { anonymous: true });
export const me = () => request<Person>('GET', '/api/v1/me');

export const createPacket = (requestId: string, packet: NewPacket) =>
  request<CreatedPacket>('POST', '/api/v1/packets', { body: { requestId, ...packet } });
export const publishContent = (packetNo: string, contentId: string) =>
  request<unknown>('PUT', `${packetPath(packetNo)}/content`, { body: { contentId } });
export const feed = (cursor?: string) => request<Page<Packet>>('GET', `/api/v1/packets${query({ limit: 8, cursor })}`);
export const packet = (packetNo: string) => request<Packet>('GET', packetPath(packetNo));
export const packetStatus = (packetNo: string) =>
  request<{ packetNo: string; status: PacketStatus }>('GET', `${packetPath(packetNo)}/status`);
export const packetClaims = (packetNo: string, cursor?: string, limit = 20) =>
  request<Page<ClaimRow>>('GET', `${packetPath(packetNo)}/claims${query({ limit, cursor })}`);
export const packetDraw = (packetNo: string) => request<Draw>('GET', `${packetPath(packetNo)}/draw`);
export const claim = (packetNo: string) => request<Claim>('POST', `${packetPath(packetNo)}/claims`, { deadlineMs: 6_000 });

export const ticket = () => request<{ ticket: string }>('POST', '/api/v1/me/tickets');
export const sent = (year: number, cursor?: string) =>
  request<YearPage<Packet>>('GET', `/api/v1/me/packets/sent${query({ year, cursor })}`);
export const received = (year: number, cursor?: string) =>
  request<YearPage<Received>>('GET', `/api/v1/me/packets/received${query({ year, cursor })}`);
export const wallet = () => request<Wallet>('GET', '/api/v1/me/wallet');
export const walletEntries = (cursor?: string) =>
  request<Page<WalletEntry>>('GET', `/api/v1/me/wallet/entries${query({ cursor })}`);
