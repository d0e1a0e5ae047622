/** The artwork itself, rising through the dream of it and sinking back, as long as the point rests on it. */
import { useState } from 'react';
import type { Work } from '../works';

/**
 * Only a real picture: a work without one has its likeness beside its label. Cut to the middle square, as the generator
 * learned it, so that dream and work lie on each other. Its opacity moves by CSS, and slowly: never a flash.
 */
export function RealWork({ work, shown }: { work: Work; shown: boolean }) {
  const [came, setCame] = useState(false);
  if (!work.image) return null;
  return (
    <img
      className="real"
      src={work.image}
      alt={work.title}
      referrerPolicy="no-referrer"
      data-shown={shown && came}
      onLoad={() => setCame(true)}
    />
  );
}
