/** The label of the work that the wall has bumped into, sliding up over the foot of the picture. */
import { Discs } from '../parts/Discs';
import { Likeness } from '../parts/Likeness';
import { useLast } from '../parts/use-last';
import { WorkLabel } from '../parts/WorkLabel';
import { say } from '../texts';
import type { Work } from '../works';

/** On a card as wide as a hand. */
const MOST = 8;

export function Bump({ work, helped, colours }: { work: Work | null; helped: boolean; colours: readonly string[] }) {
  const last = useLast(work);
  return (
    <div className="bump" data-shown={work !== null} aria-live="polite" inert={work === null}>
      {last && (
        <div className="bump-card" key={last.id}>
          <Likeness work={last} picture />
          <div>
            <WorkLabel work={last} />
            {colours.length > 0 && (
              <p className="bump-helped">
                {helped ? say('found.you') : say('found.by')} <Discs colours={colours} most={MOST} />
              </p>
            )}
            {last.link && (
              <a className="bump-link" href={last.link} target="_blank" rel="noreferrer">
                {say('work.about')}
              </a>
            )}
          </div>
        </div>
      )}
    </div>
  );
}
