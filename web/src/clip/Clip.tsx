import { useEffect, useRef } from 'preact/hooks';
import { prefersStillness } from '../ui/stillness';
import { useWords } from '../words/language';
import { hashOf, sceneOf, type SceneName } from './contentId';
import { type Chance, chanceOf, type Scene } from './Scene';
import { blossom } from './scenes/blossom';
import { fireworks } from './scenes/fireworks';
import { lanterns } from './scenes/lanterns';
import { river } from './scenes/river';
import { snow } from './scenes/snow';
import './clip.css';

const scenes: Record<SceneName, (chance: Chance) => Scene> = { fireworks, lanterns, snow, blossom, river };
const framesPerSecond = 30;
const stillMoment = 6;

/** A clip drawn at run time: it stands in for the camera and for videos. It rests while it is not in sight. */
export function Clip({ contentId, playing = true }: { contentId: string; playing?: boolean }) {
  const words = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return;
    const scene = scenes[sceneOf(contentId)](chanceOf(hashOf(contentId)));
    const sharpness = Math.min(window.devicePixelRatio || 1, 1.5);
    let moment = stillMoment;

    const draw = () => {
      context.setTransform(sharpness, 0, 0, sharpness, 0, 0);
      scene(context, element.width / sharpness, element.height / sharpness, moment);
    };
    const fit = new ResizeObserver(() => {
      const width = Math.round(element.clientWidth * sharpness);
      const height = Math.round(element.clientHeight * sharpness);
      if (width === 0 || height === 0 || (element.width === width && element.height === height)) return;
      element.width = width;
      element.height = height;
      draw();
    });
    fit.observe(element);
    if (!playing || prefersStillness()) return () => fit.disconnect();

    let frame = 0;
    let last = 0;
    const play = (now: number) => {
      frame = requestAnimationFrame(play);
      if (now - last < 1000 / framesPerSecond - 4) return;
      moment += Math.min(now - last, 100) / 1000;
      last = now;
      draw();
    };
    frame = requestAnimationFrame(play);
    return () => {
      cancelAnimationFrame(frame);
      fit.disconnect();
    };
  }, [contentId, playing]);

  return <canvas ref={canvas} class="clip" role="img" aria-label={words.clipLabel(words.scenes[sceneOf(contentId)])} />;
}
