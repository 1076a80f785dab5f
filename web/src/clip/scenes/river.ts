import { type Chance, glow, hills, many, type Scene, sky } from '../Scene';

/** A boat with a lamp under the moon. */
export function river(chance: Chance): Scene {
  const stars = many(60, () => ({ x: chance(), y: chance() * 0.5, size: 0.4 + chance() * 1.1, phase: chance() * 6.3 }));
  const floating = many(12, () => ({ x: chance(), y: 0.68 + chance() * 0.28, phase: chance() * 6.3 }));
  const phase = chance() * 6;

  return (context, width, height, t) => {
    sky(context, width, height, ['#041b2a', '#0b3a4a', '#1e6a6c', '#0b3644']);
    for (const star of stars) {
      context.fillStyle = `rgba(255,250,225,${0.4 + 0.4 * Math.sin(t * 1.6 + star.phase)})`;
      context.fillRect(star.x * width, star.y * height, star.size * 1.6, star.size * 1.6);
    }
    const moonX = width * 0.38;
    const moonY = height * 0.24;
    glow(context, moonX, moonY, width * 0.55, 'rgba(255,240,190,0.45)');
    context.beginPath();
    context.arc(moonX, moonY, width * 0.14, 0, Math.PI * 2);
    context.fillStyle = '#fff3cf';
    context.fill();
    hills(context, width, height, 0.55, 0.06, phase, '#0e4450');
    hills(context, width, height, 0.6, 0.035, phase + 2.4, '#08303b');

    const water = context.createLinearGradient(0, height * 0.62, 0, height);
    water.addColorStop(0, '#11505a');
    water.addColorStop(1, '#03161d');
    context.fillStyle = water;
    context.fillRect(0, height * 0.62, width, height * 0.38);
    for (let row = 0; row < 26; row++) {
      const y = height * (0.635 + row * 0.0135);
      const wide = width * (0.05 + row * 0.007) * (0.7 + 0.3 * Math.sin(t * 2 + row));
      context.fillStyle = `rgba(255,240,190,${0.5 - row * 0.016})`;
      context.fillRect(moonX - wide / 2 + Math.sin(t * 1.4 + row * 0.9) * 7, y, wide, 2);
    }
    for (const lamp of floating) {
      const x = ((lamp.x + t * 0.008) % 1) * width;
      const y = lamp.y * height + Math.sin(t + lamp.phase) * 2;
      glow(context, x, y, 20, 'rgba(255,170,90,0.6)');
      context.fillStyle = '#ffd79a';
      context.fillRect(x - 3, y - 4, 6, 6);
    }
    boat(context, width * (0.66 + Math.sin(t * 0.1) * 0.05), height * 0.74 + Math.sin(t * 0.9) * 3, width * 0.3);
  };
}

function boat(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  glow(context, x, y - size * 0.16, size * 0.7, 'rgba(255,160,80,0.55)');
  context.fillStyle = '#1a0d0c';
  context.beginPath();
  context.moveTo(x - size * 0.62, y - size * 0.1);
  context.quadraticCurveTo(x, y + size * 0.24, x + size * 0.62, y - size * 0.12);
  context.quadraticCurveTo(x, y + size * 0.04, x - size * 0.62, y - size * 0.1);
  context.fill();
  context.beginPath();
  context.ellipse(x, y - size * 0.04, size * 0.3, size * 0.27, 0, Math.PI, Math.PI * 2);
  context.fillStyle = '#3b1714';
  context.fill();
  context.fillStyle = '#ffcf82';
  context.fillRect(x - size * 0.06, y - size * 0.18, size * 0.12, size * 0.13);
}
