/** A work's blurred likeness (its ThumbHash), and its picture over it once that has come whole. */
import { useEffect, useRef, useState, type CSSProperties } from 'react';
import { likeness } from '../thumbhash';
import type { Work } from '../works';

/** The server gives up waiting for a slow museum, not fetching: a little later the picture may be there. */
const AGAIN_MS = 10_000;

type Props = {
  work: Work;
  /** Also load the picture itself; `small`: 192 pixels of it, where it lies with the server. */
  picture: boolean | 'small';
};

/** Keeps its shape from the first moment, so that nothing moves when the picture comes; one that never comes is never seen. */
export function Likeness({ work, picture }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const drawn = likeness(work.thumbhash);
    const element = canvas.current;
    if (!drawn || !element) return;
    element.width = drawn.width;
    element.height = drawn.height;
    element.getContext('2d')?.putImageData(new ImageData(drawn.rgba, drawn.width, drawn.height), 0, 0);
  }, [work.thumbhash]);
  const address = picture === 'small' ? thumbOf(work) : picture ? work.image : '';
  return (
    <span className="likeness" style={{ '--ratio': ratioOf(work) } as CSSProperties}>
      <canvas ref={canvas} aria-hidden="true" />
      {address && <Loaded key={address} address={address} title={work.title} />}
    </span>
  );
}

/** Width by height; a square where a work does not tell. */
export function ratioOf({ width, height }: Work): number {
  return width && height ? width / height : 1;
}

/** A museum is asked for one work at a time, when the wall is there; not for every row and point of a map. */
function thumbOf(work: Work): string {
  return work.atHand ? `/thumbs/${encodeURIComponent(work.id)}` : '';
}

function Loaded({ address, title }: { address: string; title: string }) {
  const [came, setCame] = useState(false);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!failed) return;
    const timer = window.setTimeout(() => setFailed(false), AGAIN_MS);
    return () => window.clearTimeout(timer);
  }, [failed]);
  if (failed) return null;
  return <img src={address} alt={title} data-came={came} onLoad={() => setCame(true)} onError={() => setFailed(true)} />;
}
