import type { ComponentChildren } from 'preact';
import { codeOf } from '../api/service';
import { errorText, useWords } from '../words/language';
import { Note } from './Note';
import type { Page, Pages } from './usePages';

interface PagedListProps {
  pages: Pages<Page<unknown>>;
  empty: string;
  action?: { href: string; text: string };
  children: ComponentChildren;
}

/** A list with what there is to say while it loads, when it failed and when it is empty, and the way to its next page. */
export function PagedList({ pages, empty, action, children }: PagedListProps) {
  const words = useWords();
  const none = pages.items.length === 0;
  return (
    <>
      <ul class="me-list" aria-busy={pages.loading}>
        {children}
        {none && pages.loading && Array.from({ length: 4 }, (_, index) => <li key={index} class="me-row me-row-waiting" />)}
      </ul>
      {Boolean(pages.error) && (
        <Note title={words.me.failed} lead={errorText(words, codeOf(pages.error))}>
          <button type="button" class="pill pill-line" onClick={pages.reload}>
            {words.retry}
          </button>
        </Note>
      )}
      {none && !pages.loading && !pages.error && (
        <Note title={empty}>
          {action && (
            <a class="pill pill-line" href={action.href}>
              {action.text}
            </a>
          )}
        </Note>
      )}
      {pages.hasMore && (
        <button type="button" class="me-more" data-testid="load-more" aria-disabled={pages.loading} onClick={pages.loadMore}>
          {words.more}
        </button>
      )}
    </>
  );
}
