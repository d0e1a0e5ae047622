/** The one person who guides. */
import { colourOf } from '../../people';
import { say } from '../../texts';
import type { Person } from '../../wire';

export function Guide({ docent, people }: { docent: string | null; people: readonly Person[] }) {
  const colour = colourOf(people, docent);
  if (!colour) return null;
  return (
    <p className="now-next">
      <i className="disc" style={{ background: colour }} />
      {say('now.docent.guides')}
    </p>
  );
}
