/**
 * A picture from this device: what looks like it, and its own seed to visit, guessed at once and found more exactly behind
 * that. It is shown here by an address that only this
 * page knows, sent once to be looked at, and kept nowhere.
 */
import { useEffect, useRef, useState } from 'react';
import { useAsking } from '../parts/use-asking';
import type { Alike, AlikePicture } from '../search';
import { choosable } from '../people';
import { say } from '../texts';
import { MAX_PORTIONS } from '../wire';
import { useStudio } from './studio';

const KINDS = 'image/jpeg,image/png,image/webp';

export function OwnPicture({ found }: { found: (works: readonly Alike[]) => void }) {
  const { asking } = useStudio();
  const field = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState<string | null>(null);
  const { ask, answer, refused, busy } = useAsking<AlikePicture>();
  const last = useRef<AbortController | null>(null);
  useEffect(() => () => URL.revokeObjectURL(shown ?? ''), [shown]);
  const take = (picture: File | undefined) => {
    if (!picture) return;
    setShown(URL.createObjectURL(picture));
    last.current?.abort();
    const mine = (last.current = new AbortController());
    ask(async (signal) => {
      const stop = () => mine.abort();
      signal.addEventListener('abort', stop);
      const alike = await asking.alikePicture(picture, mine.signal);
      signal.removeEventListener('abort', stop); // only another picture stops it now: whoever turns to the blend still wants it
      found(alike.works);
      return alike;
    });
  };
  return (
    <div
      className="own"
      data-shown={shown !== null}
      onDragOver={(event) => event.dataTransfer.types.includes('Files') && event.preventDefault()}
      onDrop={(event) => {
        if (!event.dataTransfer.files.length) return;
        event.preventDefault();
        take(event.dataTransfer.files[0]);
      }}
    >
      <button type="button" className="chip" onClick={() => field.current?.click()}>
        {say('studio.look.own')}
      </button>
      <input
        ref={field}
        type="file"
        accept={KINDS}
        className="hidden"
        tabIndex={-1}
        aria-label={say('studio.look.own')}
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = ''; // the same file may be chosen again
        }}
      />
      {shown && <img src={shown} alt={say('studio.look.own.alt')} />}
      <p className="own-told" role="status">
        {busy && say('studio.look.own.busy')}
        {refused}
        {answer && (answer.guest ? <Closer key={answer.guest} closer={answer.closer} /> : answer.why)}
      </p>
      {answer?.guest && <Visit guest={answer.guest} />}
    </div>
  );
}

/** Whether the guess has become more exact. */
function Closer({ closer }: { closer: Promise<string | null> }) {
  const [told, setTold] = useState(() => say('studio.look.own.guessed'));
  useEffect(() => {
    let here = true;
    void closer.then((why) => here && setTold(why ?? say('studio.look.own.refined')));
    return () => {
      here = false;
    };
  }, [closer]);
  return told;
}

/** Its seed into the blend: beside what is there, or alone. */
function Visit({ guest }: { guest: string }) {
  const { hand, sliders, room, view } = useStudio();
  const welcome = view.link.kind === 'live' ? view.link.welcome : null;
  const possible = view.people?.mode === 'blend' || choosable(welcome, view.people).includes('blend');
  const show = () => {
    if (view.people?.mode !== 'blend') room.do({ t: 'mode', mode: 'blend' });
  };
  const alone = () => {
    hand.bring([[guest, 1]]);
    show();
  };
  return (
    <div className="doings">
      <button type="button" className="chip" disabled={!possible} onClick={alone}>
        {say('studio.visit')}
      </button>
      {sliders.length > 0 && sliders.length < MAX_PORTIONS && (
        <button type="button" className="chip" onClick={() => hand.add(guest)}>
          {say('studio.visit.beside')}
        </button>
      )}
    </div>
  );
}
