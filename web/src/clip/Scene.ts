/** Draws one moment of a clip, `t` seconds in. */
export type Scene = (context: CanvasRenderingContext2D, width: number, height: number, t: number) => void;

/** The same seed gives the same clip on every visit (mulberry32). */
export type Chance = () => number;

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export function sky(context: CanvasRenderingContext2D, width: number, height: number, colors: string[]): void {
  const gradient = context.createLinearGradient(0, 0, 0, height);
  colors.forEach((color, index) => gradient.addColorStop(index / (colors.length - 1), color));
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

/** `color` is an rgba(): the light thins out in its own color, because a fade to black would darken what it lies on. */
export function glow(context: CanvasRenderingContext2D, x: number, y: number, radius: number, color: string): void {
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
  gradient.addColorStop(0, color);
  gradient.addColorStop(1, color.replace(/[\d.]+\)$/, '0)'));
  context.fillStyle = gradient;
  context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

/** A ridge of hills from `base` (a part of the height) down. */
export function hills(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  base: number,
  rise: number,
  phase: number,
  color: string,
): void {
  context.beginPath();
  context.moveTo(0, height);
  for (let x = 0; x <= width; x += 6) {
    const wave = Math.sin(x / width * 5.1 + phase) * 0.6 + Math.sin(x / width * 11.7 + phase * 2.3) * 0.4;
    context.lineTo(x, height * (base - rise * wave));
  }
  context.lineTo(width, height);
  context.closePath();
  context.fillStyle = color;
  context.fill();
}
