import { device } from '../storage';
import { useValue, Value } from '../value';
import { en } from './en';
import { zh, type Words } from './zh';

export type Language = 'zh' | 'en';

const dictionaries: Record<Language, Words> = { zh, en };
const tags: Record<Language, string> = { zh: 'zh-CN', en: 'en' };

export const language = new Value<Language>('zh');

export function openLanguage(): void {
  const kept = device.get('language');
  choose(kept === 'zh' || kept === 'en' ? kept : navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
}

export function switchLanguage(): void {
  const next = language.current === 'zh' ? 'en' : 'zh';
  device.set('language', next);
  choose(next);
}

function choose(next: Language): void {
  document.documentElement.lang = tags[next];
  language.set(next);
}

export function useWords(): Words {
  return dictionaries[useValue(language)];
}

/** The language's tag for dates. */
export function useLanguageTag(): string {
  return tags[useValue(language)];
}

export function errorText(words: Words, code: string): string {
  return (words.error as Record<string, string>)[code] ?? words.error.other;
}

/** The text for a word of the service; the word itself when the service is newer than this page. */
export function textFor(texts: Readonly<Record<string, string>>, word: string): string {
  return (Object.hasOwn(texts, word) && texts[word]) || word;
}
