/** The languages of the pages, each in its own name; the one that is read now is marked. */
import { language, LANGUAGES, say, type Language } from '../texts';
import { readIn } from './mount';

export function Languages() {
  return (
    <nav className="languages" aria-label={say('language')}>
      {(Object.keys(LANGUAGES) as Language[]).map((tag) => (
        <button key={tag} type="button" lang={tag} dir={LANGUAGES[tag].direction} aria-pressed={tag === language} onClick={() => readIn(tag)}>
          {LANGUAGES[tag].name}
        </button>
      ))}
    </nav>
  );
}
