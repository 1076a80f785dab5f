import { type Chance, glow, many, type Scene, sky } from '../Scene';

const colors = ['255,205,110', '255,110,90', '255,235,190', '255,150,190', '140,225,255'];

/** Fireworks over a town by the water. */
export function fireworks(chance: Chance): Scene {
  const rockets = many(6, (index) => ({
    x: 0.12 + chance() * 0.76,
    y: 0.14 + chance() * 0.3,
    period: 3.4 + chance() * 1.8,
    offset: index * 0.85 + chance(),
    size: 0.2 + chance() * 0.16,
    color: colors[index % colors.length]!,
    sparks: many(44, (spark) => ({ angle: (spark / 44) * Math.PI * 2 + chance() * 0.14, reach: 0.55 + chance() * 0.45 })),
  }));
  const houses = many(16, (index) => ({ x: index / 15, tall: 0.05 + chance() * 0.09, lit: many(5, () => chance() > 0.45) }));

  return (context, width, height, t) => {
    sky(context, width, height, ['#0a0a24', '#1d1140', '#4b1a44', '#30131f']);
    context.globalCompositeOperation = 'lighter';
    for (const rocket of rockets) {
      const phase = ((t + rocket.offset) % rocket.period) / rocket.period;
      const x = rocket.x * width;
      const top = rocket.y * height;
      if (phase < 0.28) {
        const y = height * 0.78 + (top - height * 0.78) * (1 - (1 - phase / 0.28) ** 2);
        glow(context, x, y, 9, `rgba(${rocket.color},0.9)`);
        continue;
      }
      const age = (phase - 0.28) / 0.72;
      const spread = 1 - (1 - age) ** 3;
      const light = (1 - age) ** 1.4;
      glow(context, x, top, width * 0.5 * (1 - age) + 1, `rgba(${rocket.color},${0.28 * light})`);
      context.lineCap = 'round';
      for (const spark of rocket.sparks) {
        const reach = rocket.size * width * spark.reach;
        const dx = Math.cos(spark.angle) * reach;
        const dy = Math.sin(spark.angle) * reach;
        const fall = age * age * height * 0.05;
        context.strokeStyle = `rgba(${rocket.color},${light})`;
        context.lineWidth = 1 + light * 1.4;
        context.beginPath();
        context.moveTo(x + dx * spread * 0.82, top + dy * spread * 0.82 + fall * 0.8);
        context.lineTo(x + dx * spread, top + dy * spread + fall);
        context.stroke();
      }
    }
    context.globalCompositeOperation = 'source-over';
    for (const house of houses) {
      const wide = width / 13;
      const left = house.x * width - wide / 2;
      const roof = height * (0.8 - house.tall);
      context.fillStyle = '#0d0715';
      context.fillRect(left, roof, wide, height);
      context.fillStyle = 'rgba(255,205,120,0.75)';
      house.lit.forEach((on, row) => {
        if (on && roof + 10 + row * 14 < height * 0.8) context.fillRect(left + (row % 2 ? 5 : wide - 11), roof + 8 + row * 14, 5, 6);
      });
    }
    const water = context.createLinearGradient(0, height * 0.8, 0, height);
    water.addColorStop(0, '#2a1030');
    water.addColorStop(1, '#0a0512');
    context.fillStyle = water;
    context.fillRect(0, height * 0.8, width, height * 0.2);
    context.fillStyle = 'rgba(255,190,120,0.16)';
    for (let row = 0; row < 14; row++) {
      const wave = Math.sin(t * 1.3 + row * 1.7) * width * 0.1;
      context.fillRect(width * (0.2 + ((row * 37) % 60) / 100) + wave, height * (0.815 + row * 0.012), width * 0.16, 1.5);
    }
  };
}
