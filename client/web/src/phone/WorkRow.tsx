/** One work in a list: a tap on it pulls (or votes, while there is a vote), one on its + puts it into the blend. */
import { Likeness } from '../parts/Likeness';
import { Title } from '../parts/Title';
import { artistOf } from '../parts/WorkLabel';
import { around, say } from '../texts';
import type { Work } from '../works';

/** What can be done with any work now, and what has been done. */
export type Doings = {
  /** Pulled towards, or voted for. */
  chosen: string | null;
  voting: boolean;
  choose: (work: Work | null) => void;
  inBlend: ReadonlySet<string>;
  blendFull: boolean;
  mix: (work: Work, into: boolean) => void;
};

export function WorkRow({ work, doings }: { work: Work; doings: Doings }) {
  const title = work.title || say('work.untitled');
  const artist = artistOf(work.artist).name;
  const [before, after] = around(doings.voting ? 'phone.vote.for' : 'phone.pull');
  const chosen = doings.chosen === work.id;
  const mixed = doings.inBlend.has(work.id);
  return (
    <div className="row-both">
      <button
        type="button"
        className="row"
        aria-pressed={chosen}
        onClick={() => doings.choose(chosen ? null : work)}
      >
        <Likeness work={work} picture="small" />
        <span className="hidden">{before}</span>
        <span className="row-words" lang="" dir="auto">
          <Title>{title}</Title>
          <span>{artist}</span>
        </span>
        <span className="hidden">{after}</span>
        <i className="row-mark" aria-hidden="true" />
      </button>
      <button
        type="button"
        className="row-mix"
        aria-pressed={mixed}
        aria-label={mixed ? say('phone.take', { a: title }) : say('phone.add', { a: title })}
        disabled={!mixed && doings.blendFull}
        onClick={() => doings.mix(work, !mixed)}
      >
        <Cross turned={mixed} />
      </button>
    </div>
  );
}

/** A plus; turned, it takes away what it gave. */
function Cross({ turned }: { turned: boolean }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={turned ? 'M4 10H16' : 'M10 4V16M4 10H16'} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
