/** The artwork itself, rising through the dream of it and sinking back, as long as the point rests on it. */
import { Likeness } from './Likeness';
import type { Work } from '../works';

/**
 * Its picture, and until that has come, or when it never does, its likeness. Cut to the middle square, as the generator
 * learned it, so that dream and work lie on each other. Its opacity moves by CSS, and slowly: never a flash.
 */
export function RealWork({ work, shown }: { work: Work; shown: boolean }) {
  if (!work.image && !work.thumbhash) return null;
  return (
    <div className="real" data-shown={shown} aria-hidden="true">
      <Likeness work={work} picture />
    </div>
  );
}
