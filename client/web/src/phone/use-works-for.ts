/** Works for what was typed: at once what this page knows itself, and what the server finds as soon as it answers. */
import { useDeferredValue, useEffect, useMemo } from 'react';
import { useAsking } from '../parts/use-asking';
import { PAUSE_MS } from '../parts/use-search';
import { Asking, type Answer, type Suggestion } from '../search';
import type { Work, Works } from '../works';
import { find } from './find';

/** One row of them, to be scrolled by a thumb. */
const MOST_SUGGESTIONS = 6;
const NO_WORKS: readonly Work[] = [];

export type WorksFor = { works: readonly Work[]; suggestions: readonly Suggestion[]; explained: string | null };
type Told = { words: string; found: Answer; suggestions: readonly Suggestion[] };

/** Where the server does not answer, the page's own list stands alone. */
export function useWorksFor(room: string, works: Works | null, typed: string): WorksFor {
  const words = typed.trim();
  const { answer, ask, forget } = useAsking<Told>();
  useEffect(() => {
    if (!words) return forget();
    const asking = new Asking(room);
    const both = async (signal: AbortSignal): Promise<Told> => {
      const [found, suggestions] = await Promise.all([asking.words({ words, chosen: {} }, signal), asking.suggest(words, signal)]);
      return { words, found, suggestions };
    };
    const timer = window.setTimeout(() => ask(both), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [room, words, ask, forget]);
  const own = useDeferredValue(words);
  return useMemo(() => {
    const here = find(works?.all ?? NO_WORKS, own);
    const told = answer?.words === words ? answer : null;
    const theirs = (told?.found.works ?? []).map((id) => works?.byId.get(id)).filter((work) => work !== undefined);
    const suggestions = (told?.suggestions ?? []).filter(({ text }) => text !== words).slice(0, MOST_SUGGESTIONS);
    return { works: [...new Set([...theirs, ...here])], suggestions, explained: told?.found.explained ?? null };
  }, [works, own, words, answer]);
}
