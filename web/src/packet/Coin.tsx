/** The golden seal: a character on one side, an old square-holed coin on the other. */
export function Coin({ text, spinning }: { text: string; spinning: boolean }) {
  return (
    <span class={`coin ${spinning ? 'coin-spinning' : ''}`} aria-hidden="true">
      <span class={`coin-face ${text.length > 1 ? 'coin-face-word' : ''}`}>{text}</span>
      <span class="coin-face coin-back">
        <span />
      </span>
    </span>
  );
}
