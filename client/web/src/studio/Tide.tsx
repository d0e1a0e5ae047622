/** Two camps that take turns: the dial of both, and when the tide changes. */
import { TideDial } from '../parts/TideDial';
import { secondsLeft } from '../people';
import { count } from '../texts';
import type { Tide as Camps } from '../wire';

export function Tide({ tide }: { tide: Camps }) {
  return (
    <div className="tide">
      <TideDial tide={tide} />
      <p>{count('studio.tide.left', secondsLeft(tide.leftS))}</p>
    </div>
  );
}
