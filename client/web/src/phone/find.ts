/** Finding a work by its title or artist, as people type on phones: no capitals, no accents, words in any order. */
import type { Work } from '../works';

export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
}

const haystacks = new WeakMap<Work, string>();

function haystack(work: Work): string {
  let text = haystacks.get(work);
  if (text === undefined) haystacks.set(work, (text = folded(`${work.title} ${work.artist}`)));
  return text;
}

/** Works that hold every typed word, in their own order; all of them when nothing is typed. */
export function find(works: readonly Work[], typed: string): readonly Work[] {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  return words.length ? works.filter((work) => words.every((word) => haystack(work).includes(word))) : works;
}
