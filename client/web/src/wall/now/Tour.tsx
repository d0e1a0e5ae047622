/** A tour under way: from where to where, which stop is next, and the stops as a line of dots. */
import { Likeness } from '../../parts/Likeness';
import { Title } from '../../parts/Title';
import { say, sayWith } from '../../texts';
import type { Voyage } from '../../wire';
import type { Work, Works } from '../../works';

export function Tour({ voyage, works }: { voyage: Voyage; works: Works | null }) {
  const stop = (i: number) => works?.byId.get(voyage.works[i] ?? '');
  const [first, present, last] = [stop(0), stop(voyage.at), stop(voyage.works.length - 1)];
  const titled = (work: Work | undefined) => <Title>{work?.title || say('work.untitled')}</Title>;
  return (
    <div className="now-tour">
      {present && <Likeness work={present} picture="small" />}
      <div>
        <p>{sayWith('now.tour', { a: titled(first), b: titled(last) })}</p>
        <p className="now-left">{say('now.tour.stop', { n: String(voyage.at + 1), m: String(voyage.works.length) })}</p>
        <ol className="stops" aria-hidden="true">
          {voyage.works.map((id, i) => (
            <li key={i} data-id={id} data-when={i < voyage.at ? 'past' : i === voyage.at ? 'now' : 'later'} />
          ))}
        </ol>
      </div>
    </div>
  );
}
