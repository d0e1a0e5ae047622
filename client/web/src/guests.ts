/** Visitors' own pictures in a blend: ids that begin with `guest:`. The room keeps their seeds; nobody keeps the pictures. */
import { say } from './texts';
import type { Works } from './works';

export function isGuest(id: string): boolean {
  return id.startsWith('guest:');
}

/** What to call whatever may stand in a blend. */
export function titleOf(works: Works | null, id: string): string {
  if (isGuest(id)) return say('work.guest');
  return works?.byId.get(id)?.title || say('work.untitled');
}
