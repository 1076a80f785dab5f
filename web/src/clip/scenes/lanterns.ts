import { type Chance, glow, hills, many, type Scene, sky } from '../Scene';

/** Paper lanterns rising over the hills at dusk. */
export function lanterns(chance: Chance): Scene {
  const rising = many(22, (index) => {
    const near = 0.25 + (index / 22) * 0.75;
    return { x: chance(), start: chance(), near, speed: 0.018 + near * 0.03, sway: chance() * 6.3 };
  });
  const phase = chance() * 6;

  return (context, width, height, t) => {
    sky(context, width, height, ['#1a1038', '#5a1f4f', '#c2503a', '#f0a052']);
    hills(context, width, height, 0.78, 0.05, phase, '#4d1c35');
    hills(context, width, height, 0.85, 0.04, phase + 2, '#33122a');
    hills(context, width, height, 0.92, 0.03, phase + 4, '#1d0a1c');
    for (const lantern of rising) {
      const climbed = (lantern.start + t * lantern.speed) % 1;
      const size = width * 0.028 + width * 0.07 * lantern.near;
      const x = lantern.x * width + Math.sin(t * 0.6 + lantern.sway) * size * 0.7;
      const y = height * 1.02 - climbed * height * 1.14;
      const flicker = 0.85 + Math.sin(t * 7 + lantern.sway * 3) * 0.08;
      glow(context, x, y, size * 2.1, `rgba(255,170,70,${0.34 * flicker})`);
      context.beginPath();
      context.moveTo(x - size * 0.36, y + size * 0.5);
      context.bezierCurveTo(x - size * 0.62, y - size * 0.3, x - size * 0.4, y - size * 0.66, x, y - size * 0.66);
      context.bezierCurveTo(x + size * 0.4, y - size * 0.66, x + size * 0.62, y - size * 0.3, x + size * 0.36, y + size * 0.5);
      context.closePath();
      const paper = context.createLinearGradient(x, y - size * 0.66, x, y + size * 0.5);
      paper.addColorStop(0, `rgba(226,92,44,${0.75 + 0.2 * lantern.near})`);
      paper.addColorStop(1, `rgba(255,224,140,${flicker})`);
      context.fillStyle = paper;
      context.fill();
    }
  };
}
