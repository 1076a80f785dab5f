import type { ComponentChildren } from 'preact';
import { Avatar } from '../ui/Avatar';
import './cover.css';

interface CoverProps {
  sender?: { uid: string; name: string; avatar?: string };
  from: string;
  text: ComponentChildren;
  note?: string;
  /** The note says what has to be done first. */
  asks?: boolean;
  open?: boolean;
  seal?: ComponentChildren;
  foot?: ComponentChildren;
}

/** The closed envelope: who it is from, the greeting, and the seal where the flap ends. */
export function Cover({ sender, from, text, note, asks = false, open = false, seal, foot }: CoverProps) {
  return (
    <div class={`cover ${open ? 'cover-open' : ''} ${asks ? 'cover-asks' : ''}`} data-testid="packet-cover">
      <div class="cover-pocket" />
      <div class="cover-flap">
        <div class="cover-sender">
          {sender ? <Avatar uid={sender.uid} name={sender.name} src={sender.avatar} size="l" /> : <span class="avatar avatar-l cover-nobody" aria-hidden="true">福</span>}
          <p>{from}</p>
        </div>
        <p class="cover-text">{text}</p>
        <p class="cover-note">{note}</p>
      </div>
      <div class="cover-seal">{seal}</div>
      <div class="cover-foot">{foot}</div>
    </div>
  );
}
