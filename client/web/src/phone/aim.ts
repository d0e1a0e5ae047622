/** What this person pulls towards until they let go: a work from the list, or the place that a link holds. */
import type { Spot } from '../wire';
import type { Work } from '../works';

export type Aim = Spot & { work: Work | null };

export function aimAt(work: Work): Aim {
  return { x: work.x, y: work.y, work };
}
