import { type Chance, glow, many, type Scene, sky } from '../Scene';

/** A branch in flower before the evening sun, petals in the wind. */
export function blossom(chance: Chance): Scene {
  const petals = many(46, () => ({
    x: chance() * 1.3,
    y: chance(),
    size: 4 + chance() * 6,
    turn: chance() * 6.3,
    speed: 0.035 + chance() * 0.05,
  }));
  const flowers = many(26, (index) => ({ along: index / 25, off: (chance() - 0.5) * 0.09, size: 0.018 + chance() * 0.02 }));

  return (context, width, height, t) => {
    sky(context, width, height, ['#8f2f4c', '#d9636a', '#f4a48a', '#fbe0bd']);
    glow(context, width * 0.32, height * 0.58, width * 0.8, 'rgba(255,240,200,0.6)');
    context.beginPath();
    context.arc(width * 0.32, height * 0.58, width * 0.2, 0, Math.PI * 2);
    context.fillStyle = '#fff0cf';
    context.fill();

    const sway = Math.sin(t * 0.7) * height * 0.008;
    const branch = (part: number): [number, number] => {
      const x = 1.06 - part * 0.98;
      return [x * width, height * (0.1 + Math.sin(part * 2.6) * 0.2 + part * 0.05) + sway * part];
    };
    context.strokeStyle = '#3a1420';
    context.lineCap = 'round';
    for (let step = 0; step < 40; step++) {
      context.lineWidth = width * 0.03 * (1 - step / 44);
      context.beginPath();
      context.moveTo(...branch(step / 40));
      context.lineTo(...branch((step + 1) / 40));
      context.stroke();
    }
    for (const flower of flowers) {
      const [x, y] = branch(flower.along);
      bloom(context, x, y + flower.off * height, flower.size * width * 1.5, flower.along * 9);
    }
    for (const petal of petals) {
      const fallen = (petal.y + t * petal.speed) % 1;
      const x = (petal.x - fallen * 0.4 + Math.sin(t + petal.turn) * 0.03) * width;
      context.save();
      context.translate(x, fallen * height * 1.05);
      context.rotate(petal.turn + t * 1.4);
      context.scale(1, 0.55 + 0.4 * Math.sin(t * 2 + petal.turn));
      context.beginPath();
      context.ellipse(0, 0, petal.size, petal.size * 0.6, 0, 0, Math.PI * 2);
      context.fillStyle = 'rgba(255,214,222,0.9)';
      context.fill();
      context.restore();
    }
  };
}

function bloom(context: CanvasRenderingContext2D, x: number, y: number, size: number, turn: number): void {
  for (let petal = 0; petal < 5; petal++) {
    const angle = turn + (petal / 5) * Math.PI * 2;
    context.beginPath();
    context.arc(x + Math.cos(angle) * size * 0.6, y + Math.sin(angle) * size * 0.6, size * 0.56, 0, Math.PI * 2);
    context.fillStyle = petal % 2 ? '#ffc3cf' : '#ffdce3';
    context.fill();
  }
  context.beginPath();
  context.arc(x, y, size * 0.28, 0, Math.PI * 2);
  context.fillStyle = '#d8465f';
  context.fill();
}
