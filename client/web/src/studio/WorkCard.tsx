/** A work's card over the map: its label, and all that can be done with it. */
import { useEffect, useRef, useState } from 'react';
import { Likeness } from '../parts/Likeness';
import { WorkLabel } from '../parts/WorkLabel';
import { useAsking } from '../parts/use-asking';
import { say } from '../texts';
import { MAX_PORTIONS } from '../wire';
import type { Work } from '../works';
import { useStudio } from './studio';
import { useAim } from './use-aim';

/** The map goes so close to a work that is flown to. */
const CLOSER = 6;

export function WorkCard({ work }: { work: Work }) {
  const { open, found } = useStudio();
  const card = useRef<HTMLElement>(null);
  const times = found.get(work.id) ?? 0;
  useEffect(() => card.current?.focus(), [work.id]);
  return (
    <article
      className="card"
      ref={card}
      tabIndex={-1}
      aria-label={work.title || say('work.untitled')}
      onKeyDown={(event) => event.key === 'Escape' && open(null)}
    >
      <button type="button" className="close" aria-label={say('studio.close')} onClick={() => open(null)}>
        ×
      </button>
      <div className="card-work">
        <Likeness work={work} picture />
        <WorkLabel work={work} />
      </div>
      {times > 0 && <p className="card-found">{say('studio.found')}</p>}
      <Doings work={work} />
      <Tour work={work} />
    </article>
  );
}

function Doings({ work }: { work: Work }) {
  const { aiming, hand, sliders, map, alike, room, view } = useStudio();
  const aim = useAim(aiming);
  const pulling = aim?.kind === 'work' && aim.id === work.id && aim.stay;
  const blended = sliders.some(({ id }) => id === work.id);
  const fly = () => {
    map?.lookAt(work, CLOSER);
    aiming.take({ kind: 'work', id: work.id, stay: false });
  };
  return (
    <div className="doings">
      <button type="button" className="chip" onClick={fly}>
        {say('studio.fly')}
      </button>
      <button
        type="button"
        className="chip"
        aria-pressed={pulling}
        onClick={() => aiming.take(pulling ? null : { kind: 'work', id: work.id, stay: true })}
      >
        {pulling ? say('studio.letgo') : say('studio.pull')}
      </button>
      <button type="button" className="chip" disabled={blended || sliders.length >= MAX_PORTIONS} onClick={() => hand.add(work.id)}>
        {blended ? say('studio.blend.in') : say('studio.blend.add')}
      </button>
      <button type="button" className="chip" onClick={() => alike(work.id)}>
        {say('studio.alike')}
      </button>
      {view.people?.mode === 'vote' && (
        <button type="button" className="chip" onClick={() => room.do({ t: 'vote', id: work.id })}>
          {say('studio.vote')}
        </button>
      )}
      {work.link && (
        <a className="chip" href={work.link} target="_blank" rel="noreferrer">
          {say('work.about')}
        </a>
      )}
    </div>
  );
}

/** From here to another work: the next card that is opened is the other end. */
function Tour({ work }: { work: Work }) {
  const { asking, room, open, works } = useStudio();
  const [from, setFrom] = useTourStart();
  const { ask, refused, busy } = useAsking<readonly string[]>();
  const start = works?.byId.get(from ?? '') ?? null;
  const ride = () =>
    ask(async (signal) => {
      const path = await asking.path(from ?? '', work.id, signal);
      room.do({ t: 'ride', works: path });
      setFrom(null);
      open(null);
      return path;
    });
  return (
    <div className="card-tour">
      {start && start.id !== work.id ? (
        <button type="button" className="chip" disabled={busy} onClick={ride}>
          {say('studio.tour.ride', { a: start.title || say('work.untitled') })}
        </button>
      ) : (
        <button type="button" className="chip" aria-pressed={start !== null} onClick={() => setFrom(start ? null : work.id)}>
          {say('studio.tour.from')}
        </button>
      )}
      {start?.id === work.id && <p className="hint">{say('studio.tour.choose')}</p>}
      {refused && (
        <p className="refused" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}

let chosenStart: string | null = null;

/** Kept from card to card, since a tour begins at one and ends at another. */
function useTourStart(): readonly [string | null, (id: string | null) => void] {
  const [from, setFrom] = useState(chosenStart);
  return [
    from,
    (id) => {
      chosenStart = id;
      setFrom(id);
    },
  ];
}
