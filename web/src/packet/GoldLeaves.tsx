import { useEffect, useRef } from 'preact/hooks';
import { many } from '../clip/Scene';
import { prefersStillness } from '../ui/stillness';

const colors = ['#ffe9a8', '#f6c65b', '#e7a53a', '#fff6d6', '#ff8d5c'];
const seconds = 3;
/** The envelope is out of the way by then. */
const delayMs = 420;

/** Leaves of gold falling once over the result. */
export function GoldLeaves() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || prefersStillness()) return;
    const width = (element.width = element.clientWidth);
    const height = (element.height = element.clientHeight);
    const leaves = many(70, (index) => ({
      x: width / 2 + (Math.random() - 0.5) * width * 0.5,
      y: height * 0.24,
      vx: (Math.random() - 0.5) * width * 1.1,
      vy: -height * (0.25 + Math.random() * 0.45),
      size: 4 + Math.random() * 6,
      turn: Math.random() * 6.3,
      spin: (Math.random() - 0.5) * 9,
      color: colors[index % colors.length]!,
    }));
    let frame = 0;
    const start = performance.now() + delayMs;
    const fall = (now: number) => {
      const t = (now - start) / 1000;
      if (t < 0) {
        frame = requestAnimationFrame(fall);
        return;
      }
      context.clearRect(0, 0, width, height);
      if (t > seconds) return;
      context.globalAlpha = Math.min(1, (seconds - t) / 0.8);
      for (const leaf of leaves) {
        const slowed = (1 - Math.exp(-1.6 * t)) / 1.6;
        const x = leaf.x + leaf.vx * slowed + Math.sin(t * 3 + leaf.turn) * 10;
        const y = leaf.y + leaf.vy * slowed + 0.5 * height * 0.42 * t * t;
        context.save();
        context.translate(x, y);
        context.rotate(leaf.turn + leaf.spin * t * 0.6);
        context.scale(1, Math.cos(leaf.turn + leaf.spin * t));
        context.fillStyle = leaf.color;
        context.beginPath();
        context.moveTo(0, -leaf.size);
        context.quadraticCurveTo(leaf.size * 0.9, 0, 0, leaf.size);
        context.quadraticCurveTo(-leaf.size * 0.9, 0, 0, -leaf.size);
        context.fill();
        context.restore();
      }
      frame = requestAnimationFrame(fall);
    };
    frame = requestAnimationFrame(fall);
    return () => cancelAnimationFrame(frame);
  }, []);
  return <canvas ref={canvas} class="gold-leaves" aria-hidden="true" />;
}
