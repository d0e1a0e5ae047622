/** A work's label in the museum's form: artist, where and when they lived, title in italics with its date, medium, credit, licence. */
import { say } from '../texts';
import type { Work } from '../works';
import { Title } from './Title';

export function WorkLabel({ work }: { work: Work }) {
  const { name, life } = artistOf(work.artist);
  const credit = creditOf(work);
  return (
    // A record does not tell its language: it is neither the page's nor read in the page's direction.
    <div className="label" data-work={work.id} dir="auto" lang="">
      {name && (
        <p className="label-artist">
          {name}
          {life && <span className="label-life">{life}</span>}
        </p>
      )}
      <p className="label-title">
        <Title>{work.title || say('work.untitled')}</Title>
        {/* The comma stays with the title: before words that are kept together a line may break. */}
        {work.date && (
          <>
            {', '}
            <span className="label-date">{work.date}</span>
          </>
        )}
      </p>
      {work.medium && <p className="label-medium">{work.medium}</p>}
      {credit && <p className="label-credit">{credit}</p>}
      {work.license && <p className="label-licence">{licenceOf(work.license)}</p>}
    </div>
  );
}

/** "Jan Steen (Dutch, 1626-1679)" is two lines on a label: who, and where and when. */
export function artistOf(artist: string): { name: string; life: string } {
  const parts = /^(.+?)\s*\(([^()]*\d[^()]*)\)$/.exec(artist);
  return parts ? { name: parts[1] ?? '', life: parts[2] ?? '' } : { name: artist, life: '' };
}

/** Identifiers as people say them: "PDM-1.0" is the Public Domain Mark 1.0, "CC-BY-SA-4.0" is CC BY-SA 4.0. Others stay as they are. */
export function licenceOf(license: string): string {
  return license
    .replace(/\bPDM(?=-\d)/g, 'Public Domain Mark')
    .replace(/\bCC-BY/g, 'CC BY')
    .replace(/-(?=\d+\.\d+\b)/g, ' ');
}

/** The credit line; the museum goes before it where the line does not name it. */
export function creditOf({ credit, museum }: Work): string {
  if (!museum || credit.includes(museum)) return credit;
  return credit ? `${museum}. ${credit}` : museum;
}
