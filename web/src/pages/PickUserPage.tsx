import { useState } from 'preact/hooks';
import { codeOf, service } from '../api/service';
import { pickDemoUser, sessionEnded, type Person } from '../session';
import { Avatar } from '../ui/Avatar';
import { LanguageSwitch } from '../ui/LanguageSwitch';
import { Note } from '../ui/Note';
import { Pendant } from '../ui/Pendant';
import { useLoad } from '../ui/useLoad';
import { useValue } from '../value';
import { errorText, useWords } from '../words/language';
import './pickUserPage.css';

/** The demo's sign-in: one tap on a person. Outside of the demo a host application brings the user. */
export function PickUserPage() {
  const words = useWords();
  const ended = useValue(sessionEnded);
  const { data, error, loading, reload } = useLoad('demo users', () => service.listDevUsers());
  const [picking, setPicking] = useState<string>();
  const [problem, setProblem] = useState<string>();

  const pick = async (person: Person) => {
    setPicking(person.uid);
    setProblem(undefined);
    try {
      await pickDemoUser(person);
    } catch (refusal) {
      setProblem(codeOf(refusal));
      setPicking(undefined);
    }
  };

  const absent = codeOf(error) === 'NOT_FOUND' || codeOf(error) === 'HTTP_404';
  return (
    <main class="who">
      <header class="who-head">
        <LanguageSwitch />
        <div class="who-pendant" aria-hidden="true">
          <Pendant label={words.appName} />
        </div>
        <h1>{absent ? words.appName : words.who.title}</h1>
        <p>{ended ? (absent ? words.who.hostEnded : words.who.ended) : absent ? '' : words.who.lead}</p>
      </header>
      <div class="who-people">
        {data && (
          <ul>
            {data.items.map((person) => (
              <li key={person.uid}>
                <button type="button" class="who-person" data-testid={`user-${person.uid}`} disabled={picking !== undefined} onClick={() => pick(person)}>
                  <Avatar uid={person.uid} name={person.name} src={person.avatar} />
                  <span class="who-name">{person.name}</span>
                  <span class="who-uid">{person.uid}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {!data && loading && (
          <ul aria-busy="true" aria-label={words.loading}>
            {Array.from({ length: 8 }, (_, index) => (
              <li key={index} class="who-person who-waiting" />
            ))}
          </ul>
        )}
        {!data && !loading && Boolean(error) && (
          <Note title={absent ? words.who.none : errorText(words, codeOf(error))} lead={absent ? words.who.noneLead : undefined}>
            {!absent && (
              <button type="button" class="pill pill-gold" onClick={reload}>
                {words.retry}
              </button>
            )}
          </Note>
        )}
        <p class="who-problem" role="alert">
          {problem && errorText(words, problem)}
        </p>
      </div>
    </main>
  );
}
