/** What one takes away: a link to exactly this place, and the picture with the credits of the works near it. */
import { useEffect, useRef, useState } from 'react';
import { language, say } from '../texts';
import type { Frame } from '../wire';
import { CopyLink } from './CopyLink';
import { composed, download } from './save';
import { useStudio } from './studio';

export function Take() {
  const { room, view, works, sliders } = useStudio();
  const frame = useRef<Frame | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => room.onFrame((newest) => void (frame.current = newest)), [room]);
  const save = async () => {
    const newest = frame.current;
    if (!newest || view.link.kind !== 'live') return;
    const ids = view.people?.mode === 'blend' ? sliders.map(({ id }) => id) : newest.near.map(({ id }) => id);
    const near = ids.map((id) => works?.byId.get(id)).filter((work) => work !== undefined);
    const now = new Date();
    try {
      const jpeg = new Blob([newest.jpeg], { type: 'image/jpeg' });
      download(await composed(jpeg, near, view.link.welcome.model, now, language), `gen-studio-${stamp(now)}.png`);
      setFailed(null);
    } catch (error) {
      setFailed(String((error as Error).message));
    }
  };
  const place = () => (frame.current ? { kind: 'place' as const, x: frame.current.x, y: frame.current.y } : null);
  return (
    <div className="take doings">
      <CopyLink held={place} words={say('studio.place.link')} />
      <button type="button" className="chip" disabled={!view.seen} onClick={() => void save()}>
        {say('studio.save')}
      </button>
      {failed && (
        <p className="refused" role="alert">
          {failed}
        </p>
      )}
    </div>
  );
}

/** 2026-05-04-1530, in the clock of whoever saves. */
function stamp(when: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}-${two(when.getHours())}${two(when.getMinutes())}`;
}
