/** A content id of this page names its scene: "clip-lanterns-9f31c2". Other content ids get one by their hash. */
export const sceneNames = ['fireworks', 'lanterns', 'snow', 'blossom', 'river'] as const;
export type SceneName = (typeof sceneNames)[number];

export function newContentId(scene: SceneName): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `clip-${scene}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** True for the ids that are made here. */
export function isOwnClip(contentId: string): boolean {
  return /^clip-[a-z]+-[0-9a-f]{16}$/.test(contentId);
}

export function sceneOf(contentId: string): SceneName {
  const named = /^clip-([a-z]+)-/.exec(contentId)?.[1];
  return sceneNames.find((name) => name === named) ?? sceneNames[hashOf(contentId) % sceneNames.length]!;
}

/** FNV-1a: small, stable between visits, and nothing depends on it but looks. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
