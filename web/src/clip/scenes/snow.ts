import { type Chance, glow, hills, many, type Scene, sky } from '../Scene';

/** Snow falling on a house with its lights on. */
export function snow(chance: Chance): Scene {
  const flakes = many(120, () => ({ x: chance(), y: chance(), size: 0.8 + chance() * 2.6, drift: chance() * 6.3 }));
  const pines = many(9, (index) => ({ x: index / 8 + (chance() - 0.5) * 0.06, tall: 0.1 + chance() * 0.13 }));
  const phase = chance() * 6;

  return (context, width, height, t) => {
    sky(context, width, height, ['#0c1a38', '#1f3a63', '#6a7fa6', '#c9cfdd']);
    glow(context, width * 0.27, height * 0.2, width * 0.36, 'rgba(255,246,220,0.42)');
    context.beginPath();
    context.arc(width * 0.27, height * 0.2, width * 0.075, 0, Math.PI * 2);
    context.fillStyle = '#fff5dc';
    context.fill();
    hills(context, width, height, 0.66, 0.05, phase, '#7d8fb3');
    for (const pine of pines) {
      const foot = height * 0.76;
      for (let tier = 0; tier < 3; tier++) {
        const y = foot - pine.tall * height * (tier / 3);
        const wide = width * 0.075 * (1 - tier * 0.26);
        context.beginPath();
        context.moveTo(pine.x * width - wide, y);
        context.lineTo(pine.x * width, y - pine.tall * height * 0.5);
        context.lineTo(pine.x * width + wide, y);
        context.fillStyle = tier === 2 ? '#5d7390' : '#20364f';
        context.fill();
      }
    }
    hills(context, width, height, 0.76, 0.018, phase + 3, '#e9edf5');
    house(context, width * 0.36, height * 0.78, width * 0.3);
    hills(context, width, height, 0.87, 0.02, phase + 5, '#f8faff');
    context.fillStyle = '#ffffff';
    for (const flake of flakes) {
      const y = ((flake.y + t * (0.02 + flake.size * 0.018)) % 1.04) * height;
      const x = ((flake.x + Math.sin(t * 0.5 + flake.drift) * 0.03 + 1) % 1) * width;
      context.globalAlpha = 0.35 + flake.size * 0.2;
      context.beginPath();
      context.arc(x, y, flake.size, 0, Math.PI * 2);
      context.fill();
    }
    context.globalAlpha = 1;
  };
}

function house(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  glow(context, x, y - size * 0.2, size * 0.95, 'rgba(255,190,100,0.5)');
  context.fillStyle = '#7b1f1c';
  context.fillRect(x - size / 2, y - size * 0.5, size, size * 0.6);
  context.beginPath();
  context.moveTo(x - size * 0.7, y - size * 0.46);
  context.quadraticCurveTo(x - size * 0.4, y - size * 0.52, x - size * 0.3, y - size * 0.78);
  context.lineTo(x + size * 0.3, y - size * 0.78);
  context.quadraticCurveTo(x + size * 0.4, y - size * 0.52, x + size * 0.7, y - size * 0.46);
  context.closePath();
  context.fillStyle = '#f2f5fb';
  context.fill();
  context.fillStyle = '#ffd98a';
  context.fillRect(x - size * 0.36, y - size * 0.34, size * 0.2, size * 0.2);
  context.fillRect(x + size * 0.16, y - size * 0.34, size * 0.2, size * 0.2);
  context.fillStyle = '#4d1010';
  context.fillRect(x - size * 0.09, y - size * 0.32, size * 0.18, size * 0.42);
}
