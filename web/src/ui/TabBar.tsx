import type { Route } from '../route';
import { useWords } from '../words/language';
import { HomeIcon, PersonIcon } from './icons';
import './tabBar.css';

export function TabBar({ page }: { page: Route['page'] }) {
  const words = useWords();
  const at = (...names: Route['page'][]) => (names.includes(page) ? 'page' : undefined);
  return (
    <nav class="tab-bar" aria-label={words.tabs}>
      <a href="#/feed" aria-current={at('feed', 'rain')} data-testid="feed-tab">
        <HomeIcon />
        <span>{words.tabFeed}</span>
      </a>
      <a href="#/camera" class="tab-camera" aria-current={at('camera')} data-testid="camera-tab">
        <span class="tab-packet" aria-hidden="true">
          <span />
        </span>
        <span>{words.tabCamera}</span>
      </a>
      <a href="#/me" aria-current={at('me', 'withdraw', 'withdrawal')} data-testid="me-tab">
        <PersonIcon />
        <span>{words.tabMe}</span>
      </a>
    </nav>
  );
}
