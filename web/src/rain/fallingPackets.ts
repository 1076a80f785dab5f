/** A packet on its way down; lengths in CSS pixels, times in seconds. */
export interface Falling {
  x: number;
  y: number;
  speed: number;
  turn: number;
  spin: number;
  sway: number;
  scale: number;
}

/** A leaf of gold out of a packet that burst. */
export interface Flake {
  x: number;
  y: number;
  vx: number;
  vy: number;
  age: number;
  color: string;
}

export const packetSize = { width: 58, height: 78 };

const flakeColors = ['#ffe9a8', '#f6c65b', '#fff6d6', '#ff8d5c'];
const flakeSeconds = 0.8;
const gravity = 620;

export function newFalling(width: number): Falling {
  const scale = 0.78 + Math.random() * 0.42;
  return {
    x: 34 + Math.random() * (width - 68),
    y: -packetSize.height,
    // The near ones, which are bigger, fall faster.
    speed: (150 + Math.random() * 90) * scale,
    turn: (Math.random() - 0.5) * 0.7,
    spin: (Math.random() - 0.5) * 0.7,
    sway: Math.random() * 6.3,
    scale,
  };
}

/** Keeps packets where they are across a sky that has become wider or narrower. */
export function spread(packets: Falling[], before: number, width: number): void {
  if (before > 0) for (const packet of packets) packet.x *= width / before;
}

/** A packet painted once, so that every frame only copies it. */
export function packetPicture(sharp: number): HTMLCanvasElement {
  const { width, height } = packetSize;
  const picture = document.createElement('canvas');
  picture.width = width * sharp;
  picture.height = height * sharp;
  const context = picture.getContext('2d');
  if (!context) return picture;
  context.scale(sharp, sharp);

  const body = context.createLinearGradient(0, 0, width, height);
  body.addColorStop(0, '#e5402c');
  body.addColorStop(1, '#ad1a14');
  context.beginPath();
  context.roundRect(1.5, 1.5, width - 3, height - 3, 7);
  context.fillStyle = body;
  context.fill();
  context.save();
  context.clip();
  context.beginPath();
  context.ellipse(width / 2, 4, width * 0.62, height * 0.42, 0, 0, Math.PI * 2);
  context.fillStyle = '#f2644b';
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = 'rgba(253, 222, 150, 0.9)';
  context.stroke();
  context.restore();
  context.beginPath();
  context.roundRect(1.5, 1.5, width - 3, height - 3, 7);
  context.lineWidth = 1.5;
  context.strokeStyle = 'rgba(253, 222, 150, 0.75)';
  context.stroke();

  const seal = context.createRadialGradient(width / 2 - 4, height * 0.44 - 5, 2, width / 2, height * 0.44, 14);
  seal.addColorStop(0, '#fff4cf');
  seal.addColorStop(0.6, '#f0c76d');
  seal.addColorStop(1, '#cf9433');
  context.beginPath();
  context.arc(width / 2, height * 0.44, 12.5, 0, Math.PI * 2);
  context.fillStyle = seal;
  context.fill();
  context.fillStyle = '#a8231a';
  context.fillRect(width / 2 - 4, height * 0.44 - 4, 8, 8);
  return picture;
}

export function burst(x: number, y: number): Flake[] {
  return Array.from({ length: 16 }, (_, index) => {
    const angle = Math.random() * Math.PI * 2;
    const speed = 80 + Math.random() * 200;
    return { x, y, vx: Math.cos(angle) * speed, vy: Math.sin(angle) * speed - 120, age: 0, color: flakeColors[index % flakeColors.length]! };
  });
}

/** Moves and draws them; gives those that are still there. */
export function drawFlakes(context: CanvasRenderingContext2D, flakes: Flake[], seconds: number): Flake[] {
  for (const flake of flakes) {
    flake.age += seconds;
    flake.vy += gravity * seconds;
    flake.x += flake.vx * seconds;
    flake.y += flake.vy * seconds;
    context.globalAlpha = Math.max(0, 1 - flake.age / flakeSeconds);
    context.fillStyle = flake.color;
    context.fillRect(flake.x - 3, flake.y - 3, 6, 6);
  }
  context.globalAlpha = 1;
  return flakes.filter((flake) => flake.age < flakeSeconds);
}
