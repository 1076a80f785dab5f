import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const reachable = 'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), summary, [tabindex="0"]';

interface DialogProps {
  label: string;
  class: string;
  /** When it changes, what is shown has changed as a whole, and the focus moves to it. */
  stage?: string;
  onClose(): void;
  children: ComponentChildren;
}

/** A modal dialog: takes the focus, keeps it, closes on Escape, and gives the focus back. */
export function Dialog({ label, class: name, stage = '', onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDivElement>(null);

  // Asked for while rendering: by the time of an effect the page behind is inert and has lost its focus.
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // The page behind is inert until this dialog is gone.
      setTimeout(() => before instanceof HTMLElement && before.isConnected && before.focus({ preventScroll: true }));
    },
    [before],
  );

  useEffect(() => {
    const wanted = dialog.current?.querySelector<HTMLElement>('[data-autofocus]') ?? dialog.current;
    wanted?.focus({ preventScroll: true });
  }, [stage]);

  const closing = useRef(onClose);
  closing.current = onClose;
  useEffect(() => {
    // On the document: the focus falls out of the dialog when what had it goes away.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') closing.current();
      else if (event.key === 'Tab' && dialog.current) keepInside(event, dialog.current);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <div ref={dialog} class={name} role="dialog" aria-modal="true" aria-label={label} tabIndex={-1}>
      {children}
    </div>
  );
}

function keepInside(event: KeyboardEvent, dialog: HTMLElement): void {
  const stops = [...dialog.querySelectorAll<HTMLElement>(reachable)].filter((stop) => stop.tabIndex >= 0 && stop.getClientRects().length > 0);
  const first = stops[0];
  const last = stops.at(-1);
  const at = document.activeElement;
  if (!first || !last) event.preventDefault();
  else if (event.shiftKey && (at === first || at === dialog || !dialog.contains(at))) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && (at === last || !dialog.contains(at))) {
    event.preventDefault();
    first.focus();
  }
}
