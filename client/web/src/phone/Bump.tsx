/** The label of the work that the wall has bumped into, sliding up over the foot of the picture. */
import { Likeness } from '../parts/Likeness';
import { useLast } from '../parts/use-last';
import { WorkLabel } from '../parts/WorkLabel';
import { say } from '../texts';
import type { Work } from '../works';

export function Bump({ work, helped }: { work: Work | null; helped: boolean }) {
  const last = useLast(work);
  return (
    <div className="bump" data-shown={work !== null} aria-live="polite" inert={work === null}>
      {last && (
        <div className="bump-card" key={last.id}>
          <Likeness work={last} picture />
          <div>
            <WorkLabel work={last} />
            {helped && <p className="bump-helped">{say('found.you')}</p>}
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
