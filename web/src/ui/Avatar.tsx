import { useState } from 'preact/hooks';
import { hashOf } from '../clip/contentId';
import './avatar.css';

/** A person's picture, or the first character of the name. The name stands beside it, so it says nothing by itself. */
export function Avatar({ uid, name, src, size = 'm' }: { uid: string; name?: string; src?: string; size?: 's' | 'm' | 'l' }) {
  const [broken, setBroken] = useState(false);
  return (
    <span class={`avatar avatar-${size} avatar-hue-${hashOf(uid) % 6}`} aria-hidden="true">
      {src && !broken ? <img src={src} alt="" onError={() => setBroken(true)} /> : ([...(name || uid)][0] ?? '·').toUpperCase()}
    </span>
  );
}
