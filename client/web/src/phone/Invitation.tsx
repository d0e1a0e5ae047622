/** The step before steering: what this is, your colour, one button; and when every seat is taken, a way to watch. */
import { pageAddress } from '../address';
import { FULL, type Link } from '../connection';
import { Languages } from '../parts/Languages';
import { useLast } from '../parts/use-last';
import { say } from '../texts';
import { fault } from '../told';

type Props = { room: string; link: Link; colour: string | null; join: () => void };

export function Invitation({ room, link, colour, join }: Props) {
  // The page asks for a seat again every few seconds; between two answers the last one holds.
  const refused = useLast(link.kind === 'waiting' && link.code === FULL ? fault(FULL, room, link.fault) : null);
  const full = colour === null && refused !== null;
  return (
    <section className="invite">
      <h1 className="wordmark">{say('name')}</h1>
      <p className="invite-words">{full ? refused : say('phone.invitation')}</p>
      {full ? (
        <a className="button" href={pageAddress('start', room)}>
          {say('phone.watch')}
        </a>
      ) : (
        <>
          <p className="invite-colour">
            <i className="disc" data-known={colour !== null} />
            {colour ? say('phone.colour') : say('phone.colour.wait')}
          </p>
          <button type="button" className="button button-own" disabled={colour === null} onClick={join}>
            {say('phone.join')}
          </button>
        </>
      )}
      <Languages />
    </section>
  );
}
