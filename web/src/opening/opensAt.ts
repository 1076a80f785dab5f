import { HongbaoError, type PacketDetail } from 'hongbao-client';
import { serverClock } from '../countdown/serverClock';

/** Takes the time of packets that have just arrived: those that open later have it. */
export function hearTimeOf(packets: PacketDetail[]): void {
  for (const { serverTime } of packets) if (serverTime !== undefined) serverClock.hear(serverTime);
}

// What is longer is told as an hour too.
const mostToldMs = 3_600_000;

/** Takes the time of a refusal that came before the packet's opening: it says how long it still is. */
export function hearRefusal(error: unknown, opensAt: number | undefined): void {
  const leftMs = error instanceof HongbaoError ? error.retryAfterMs : undefined;
  if (opensAt !== undefined && leftMs !== undefined && leftMs < mostToldMs) serverClock.hear(new Date(opensAt - leftMs).toISOString());
}

/** When a packet that nobody can have opened yet opens, Unix milliseconds. */
export function openingOf(packet: PacketDetail | undefined): number | undefined {
  return packet?.status === 'ACTIVE' && packet.opensAt ? Date.parse(packet.opensAt) : undefined;
}

const typed = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/;

/** The moment that was typed as a date and time of this device's zone, Unix milliseconds; undefined when it is none. */
export function momentOf(text: string): number | undefined {
  const ms = typed.test(text) ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** A moment as it would be typed, to the minute. */
export function momentText(ms: number): string {
  const at = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
