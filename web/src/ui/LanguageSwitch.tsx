import { switchLanguage, useWords } from '../words/language';

export function LanguageSwitch() {
  const words = useWords();
  return (
    <button type="button" class="language-switch" data-testid="lang-switch" aria-label={words.languageSwitchLabel} lang={words.languageSwitch === 'English' ? 'en' : 'zh-CN'} onClick={switchLanguage}>
      {words.languageSwitch}
    </button>
  );
}
