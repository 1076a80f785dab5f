import type { CampaignRow, PacketDetail } from 'hongbao-client';
import type { Words } from '../words/zh';

// Enough to know it by; there is room for two lines.
const mostShown = 24;
const short = (name: string) => ([...name].length > mostShown ? `${[...name].slice(0, mostShown - 1).join('')}…` : name);

/** What everyone has to do before he opens a packet; undefined for nothing, and for what only a newer service asks: that says it itself when it refuses. */
export function packetCondition({ condition, sender, senderName, contentId }: PacketDetail, words: Words): string | undefined {
  switch (condition?.kind) {
    case 'password':
      return words.opening.password;
    case 'follow':
      return condition.uid === sender && senderName ? words.opening.follow(senderName) : words.opening.follow(words.me.uid(condition.uid ?? sender));
    case 'share':
      return condition.contentId === contentId ? words.opening.shareThis : words.opening.share(short(condition.contentId ?? ''));
    default:
      return undefined;
  }
}

/** The same of a rain; its password has an input of its own. */
export function rainCondition({ condition }: CampaignRow, words: Words): string | undefined {
  switch (condition?.kind) {
    case 'follow':
      return words.rain.follow(words.me.uid(condition.uid ?? ''));
    case 'share':
      return words.rain.share(short(condition.contentId ?? ''));
    default:
      return undefined;
  }
}
