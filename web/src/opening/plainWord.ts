/** Most characters of a password, or of the name of what is to be shared. */
export const mostCharacters = 64;

/** Why a text cannot be one; what is missing is for the asker to say. */
export type WordProblem = { kind: 'wordLong'; most: number; length: number } | { kind: 'wordOdd' };

const odd = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;

/** As the service counts and looks: Unicode characters, nothing that controls; nothing is trimmed, for a password is compared as it is. */
export function wordProblem(text: string): WordProblem | undefined {
  if (odd.test(text)) return { kind: 'wordOdd' };
  const { length } = [...text];
  return length > mostCharacters ? { kind: 'wordLong', most: mostCharacters, length } : undefined;
}
