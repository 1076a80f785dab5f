import { useEffect, useRef } from 'preact/hooks';
import { prefersStillness } from '../ui/stillness';
import { burst, drawFlakes, type Flake, type Falling, newFalling, packetPicture, packetSize, spread } from './fallingPackets';

const mostPackets = 16;
const everyMs = 190;
const sharpest = 2;

interface RainSkyProps {
  /** No new packets fall any more when it is false. */
  raining: boolean;
  /** A packet was hit. */
  onHit(): void;
}

/** Packets falling down a canvas. Hitting one bursts it, however far the draw is; it is only for the eye and the finger, the button beside it does the same. */
export function RainSky({ raining, onHit }: RainSkyProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef({ raining, onHit });
  latest.current = { raining, onHit };

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || prefersStillness()) return;
    const sharp = Math.min(window.devicePixelRatio || 1, sharpest);
    const picture = packetPicture(sharp);
    const packets: Falling[] = [];
    let flakes: Flake[] = [];
    let width = 0;
    let height = 0;
    // A phone that is turned: what falls goes on falling, over the whole width that there is now.
    const fit = () => {
      const before = width;
      width = element.clientWidth;
      height = element.clientHeight;
      element.width = Math.round(width * sharp);
      element.height = Math.round(height * sharp);
      context.setTransform(sharp, 0, 0, sharp, 0, 0);
      spread(packets, before, width);
    };
    fit();
    // Once it is looked at it tells the size at once, which is known.
    const sizes = new ResizeObserver(() => {
      if (element.clientWidth > 0 && (element.clientWidth !== width || element.clientHeight !== height)) fit();
    });
    sizes.observe(element);

    let last = performance.now();
    let nextAt = last;
    let frame = 0;
    const move = (now: number) => {
      // A tab that was away goes on where it was.
      const seconds = Math.min((now - last) / 1000, 0.05);
      last = now;
      if (latest.current.raining && now >= nextAt && packets.length < mostPackets) {
        packets.push(newFalling(width));
        nextAt = now + everyMs * (0.5 + Math.random());
      }
      context.clearRect(0, 0, width, height);
      for (let i = packets.length - 1; i >= 0; i--) {
        const packet = packets[i]!;
        packet.y += packet.speed * seconds;
        packet.turn += packet.spin * seconds;
        if (packet.y > height + packetSize.height) {
          packets.splice(i, 1);
          continue;
        }
        context.save();
        context.translate(packet.x + Math.sin(packet.y / 60 + packet.sway) * 8, packet.y);
        context.rotate(packet.turn);
        context.scale(packet.scale, packet.scale);
        context.drawImage(picture, -packetSize.width / 2, -packetSize.height / 2, packetSize.width, packetSize.height);
        context.restore();
      }
      flakes = drawFlakes(context, flakes, seconds);
      frame = requestAnimationFrame(move);
    };
    const hit = (event: PointerEvent) => {
      const box = element.getBoundingClientRect();
      const x = event.clientX - box.left;
      const y = event.clientY - box.top;
      // The uppermost was drawn last; a finger is wider than a point.
      const packet = packets.filter((each) => Math.hypot(each.x - x, (each.y - y) * 0.8) < 48 * each.scale).at(-1);
      if (!packet) return;
      packets.splice(packets.indexOf(packet), 1);
      flakes.push(...burst(packet.x, packet.y));
      latest.current.onHit();
    };
    element.addEventListener('pointerdown', hit);
    frame = requestAnimationFrame(move);
    return () => {
      sizes.disconnect();
      element.removeEventListener('pointerdown', hit);
      cancelAnimationFrame(frame);
    };
  }, []);
  return <canvas ref={canvas} class="rain-sky" aria-hidden="true" data-testid="rain-sky" />;
}
