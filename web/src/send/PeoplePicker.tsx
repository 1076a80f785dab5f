import { useState } from 'preact/hooks';
import { service } from '../api/service';
import { Avatar } from '../ui/Avatar';
import { useLoad } from '../ui/useLoad';
import { useWords } from '../words/language';

/** Who an exclusive packet is for: the demo's people, or user numbers typed in where there is no such list. */
export function PeoplePicker({ self, uids, onChange }: { self: string; uids: string[]; onChange(uids: string[]): void }) {
  const words = useWords();
  const { data, error } = useLoad('demo users', () => service.listDevUsers());
  const [typed, setTyped] = useState(uids.join(', '));
  const toggle = (uid: string) => onChange(uids.includes(uid) ? uids.filter((one) => one !== uid) : [...uids, uid]);

  if (error && !data) {
    return (
      <input
        class="people-typed"
        aria-label={words.send.exclusiveUids}
        placeholder={words.send.exclusiveUids}
        inputMode="numeric"
        value={typed}
        data-testid="send-uids"
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          const written = event.currentTarget.value.normalize('NFKC').split(/[\s,、;]+/);
          onChange([...new Set(written.filter((uid) => uid !== ''))]);
        }}
      />
    );
  }
  return (
    <div class="people" role="group" aria-label={words.send.exclusiveWho}>
      {(data?.items ?? [])
        .filter((person) => person.uid !== self)
        .map((person) => (
          <button key={person.uid} type="button" aria-pressed={uids.includes(person.uid)} data-testid={`person-${person.uid}`} onClick={() => toggle(person.uid)}>
            <Avatar uid={person.uid} name={person.name} src={person.avatar} size="s" />
            <span>{person.name}</span>
          </button>
        ))}
    </div>
  );
}
