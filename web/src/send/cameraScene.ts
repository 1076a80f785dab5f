import type { SceneName } from '../clip/contentId';
import { Value } from '../value';

/** What the camera looks at: the packet that is sent next is published with it. */
export const cameraScene = new Value<SceneName>('lanterns');
