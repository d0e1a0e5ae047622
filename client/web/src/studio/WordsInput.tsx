/** Where one types what to search for, with suggestions below that arrows and Enter choose (the ARIA combobox pattern). */
import { useEffect, useId, useState, type KeyboardEvent } from 'react';
import type { Asking, Suggestion } from '../search';
import { count, say } from '../texts';

/** As the search itself waits: between two letters of a quick hand. */
const PAUSE_MS = 120;

export function WordsInput({ value, asking, type }: { value: string; asking: Asking; type: (text: string) => void }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const suggestions = useSuggestions(value, asking, open);
  const shown = open && suggestions.length > 0;
  const take = (text: string) => {
    type(text);
    setOpen(false);
    setAt(-1);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return setOpen(false);
    if (event.key === 'Enter') return at >= 0 && shown ? take(suggestions[at]?.text ?? value) : setOpen(false);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !shown) return;
    event.preventDefault(); // the caret stays where it is
    setAt((at + step + suggestions.length + 1) % (suggestions.length + 1));
  };
  return (
    <div className="words">
      <input
        type="search"
        role="combobox"
        value={value}
        placeholder={say('studio.search.words')}
        aria-label={say('studio.search.words')}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        onChange={(event) => {
          type(event.target.value);
          setOpen(true);
          setAt(-1);
        }}
        onKeyDown={key}
        onBlur={() => setOpen(false)}
      />
      <ul id={`${id}-list`} className="suggestions" role="listbox" aria-label={say('studio.search.suggestions')} hidden={!shown}>
        {suggestions.map((suggestion, i) => (
          <li
            key={suggestion.kind + suggestion.text}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            onPointerDown={(event) => {
              event.preventDefault(); // before the field loses the focus and the list closes
              take(suggestion.text);
            }}
          >
            <span dir="auto">{suggestion.text}</span>
            <span className="suggestion-count">{count('studio.search', suggestion.count)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** None while they are not wanted, or where the server has none: typing goes on without them. */
function useSuggestions(typed: string, asking: Asking, wanted: boolean): readonly Suggestion[] {
  const [suggestions, setSuggestions] = useState<readonly Suggestion[]>([]);
  useEffect(() => {
    if (!wanted || typed.trim() === '') return setSuggestions([]);
    const gone = new AbortController();
    const timer = window.setTimeout(() => {
      asking.suggest(typed, gone.signal).then(setSuggestions, () => setSuggestions([]));
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      gone.abort();
    };
  }, [typed, asking, wanted]);
  return suggestions;
}
