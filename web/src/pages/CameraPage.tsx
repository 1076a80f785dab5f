import { useEffect, useRef, useState } from 'preact/hooks';
import { Clip } from '../clip/Clip';
import { sceneNames } from '../clip/contentId';
import { go } from '../route';
import { cameraScene } from '../send/cameraScene';
import { Pendant } from '../ui/Pendant';
import { prefersStillness } from '../ui/stillness';
import { useValue } from '../value';
import { useWords } from '../words/language';
import './cameraPage.css';

const recordingMs = 2400;

/** The camera with the red packet hanging in the picture; a drawn clip stands in for the lens. */
export function CameraPage() {
  const words = useWords();
  const scene = useValue(cameraScene);
  const [recording, setRecording] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const hang = () => {
    clearTimeout(timer.current);
    setRecording(false);
    go('/send');
  };
  const record = () => {
    if (recording) return;
    if (prefersStillness()) return hang();
    setRecording(true);
    timer.current = setTimeout(hang, recordingMs);
  };

  return (
    <section class="camera">
      <Clip contentId={`clip-${scene}-preview`} />
      <div class="camera-shade" />
      <header class="camera-head">
        <h1 class="sr">{words.camera.title}</h1>
        <p class="camera-demo">{words.camera.demoClip}</p>
      </header>
      <button type="button" class="camera-pendant" data-testid="pendant" aria-label={words.camera.pendantLabel} onClick={hang}>
        <Pendant label={words.camera.pendant} />
      </button>
      <div class="camera-controls">
        <div class="camera-scenes" role="group" aria-label={words.camera.scenes}>
          {sceneNames.map((name) => (
            <button key={name} type="button" aria-pressed={name === scene} onClick={() => cameraScene.set(name)}>
              {words.scenes[name]}
            </button>
          ))}
        </div>
        <button type="button" class={`camera-record ${recording ? 'camera-recording' : ''}`} aria-label={recording ? words.camera.recording : words.camera.record} onClick={record}>
          <svg viewBox="0 0 84 84" width="84" height="84" aria-hidden="true" focusable="false">
            <circle class="camera-ring" cx="42" cy="42" r="38" />
            <circle class="camera-progress" cx="42" cy="42" r="38" pathLength="1" />
          </svg>
          <span class="camera-dot" />
        </button>
      </div>
    </section>
  );
}
