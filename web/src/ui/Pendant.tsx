import './pendant.css';

/** A small red packet on a string. It swings inside of its place, so that what is pressed stands still. */
export function Pendant({ label, seal = '福', tired = false }: { label: string; seal?: string; tired?: boolean }) {
  return (
    <span class={`pendant ${tired ? 'pendant-tired' : ''}`}>
      <span class="pendant-swing" aria-hidden="true">
        <span class="pendant-string" />
        <span class="pendant-body">
          <span class="pendant-flap" />
          <span class="pendant-seal">{seal}</span>
        </span>
        <span class="pendant-tassel" />
      </span>
      <span class="pendant-label">{label}</span>
    </span>
  );
}
