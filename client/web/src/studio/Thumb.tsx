/** A small square likeness of whatever stands in a blend or a list; a guest's is an empty frame, since nobody keeps the picture. */
import { Likeness } from '../parts/Likeness';
import type { Work } from '../works';

export function Thumb({ work }: { work: Work | undefined }) {
  return (
    <span className="thumb" aria-hidden="true">
      {work && <Likeness work={work} picture="small" />}
    </span>
  );
}
