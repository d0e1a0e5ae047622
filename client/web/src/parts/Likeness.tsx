/** A work's blurred likeness (its ThumbHash), and its picture over it once that has come. */
import { useEffect, useRef, useState, type CSSProperties } from 'react';
import { likeness } from '../thumbhash';
import type { Work } from '../works';

type Props = {
  work: Work;
  /** Also load the picture itself. */
  picture: boolean;
  /** Told once the picture is there in full. */
  onPicture?: () => void;
};

export function Likeness({ work, picture, onPicture }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [came, setCame] = useState(false);
  useEffect(() => setCame(false), [work.id]);
  useEffect(() => {
    const drawn = likeness(work.thumbhash);
    const element = canvas.current;
    if (!drawn || !element) return;
    element.width = drawn.width;
    element.height = drawn.height;
    element.getContext('2d')?.putImageData(new ImageData(drawn.rgba, drawn.width, drawn.height), 0, 0);
  }, [work.thumbhash]);
  const arrived = () => {
    setCame(true);
    onPicture?.();
  };
  return (
    <span className="likeness" style={{ '--ratio': work.width && work.height ? work.width / work.height : 1 } as CSSProperties}>
      <canvas ref={canvas} aria-hidden="true" />
      {picture && work.image && (
        <img src={work.image} alt={work.title} referrerPolicy="no-referrer" data-came={came} onLoad={arrived} />
      )}
    </span>
  );
}
