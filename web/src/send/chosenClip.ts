import { newContentId } from '../clip/contentId';
import { device } from '../storage';

/** The clip that a packet will be published with: chosen at the camera, needed again after the cashier. */
const keyOf = (packetNo: string) => `clip.${packetNo}`;

export function keepClip(packetNo: string, contentId: string): void {
  device.set(keyOf(packetNo), contentId);
}

export function chosenClip(packetNo: string): string {
  const kept = device.get(keyOf(packetNo));
  if (typeof kept === 'string') return kept;
  const contentId = newContentId('lanterns');
  keepClip(packetNo, contentId);
  return contentId;
}

export function forgetClip(packetNo: string): void {
  device.remove(keyOf(packetNo));
}
