import type { ComponentChildren } from 'preact';

/** A short text in the middle of an empty place, with what can be done about it. */
export function Note({ title, lead, children }: { title: string; lead?: string; children?: ComponentChildren }) {
  return (
    <div class="note">
      <h2>{title}</h2>
      {lead && <p>{lead}</p>}
      {children}
    </div>
  );
}
