/** The first page: what this is, how the room is now, and its three doors: the wall, the phone, and the studio for whoever is far away. */
import { pageAddress, qrAddress } from '../address';
import { CanvasPainter } from '../painter-canvas';
import { Address } from '../parts/Address';
import { Languages } from '../parts/Languages';
import { Ended, Mark } from '../parts/Notice';
import { Picture } from '../parts/Picture';
import { useInfo } from '../parts/use-info';
import { useRoom, useWorks } from '../parts/use-room';
import { placeOf, placeWords } from '../parts/words';
import { count, say } from '../texts';

const painter = (canvas: HTMLCanvasElement) => new CanvasPainter(canvas);

export function Start() {
  const [room, view] = useRoom('viewer');
  const works = useWorks(room, view);
  const info = useInfo(room.name);
  const here = view.people?.people.length ?? 0;
  const wall = pageAddress('wall', room.name);
  const join = pageAddress('join', room.name);
  const studio = pageAddress('studio', room.name);
  return (
    <main className="start">
      <div className="stage">
        <Picture room={room} painter={painter} glow />
        <Mark view={view} />
      </div>
      <div className="start-words">
        <h1>{say('name')}</h1>
        <p className="start-about">{say('start.about')}</p>
        <dl className="start-now">
          <dt>{say('start.now')}</dt>
          <dd>
            {placeWords(placeOf(view, works))}. {here ? count('people', here) : say('people.none')}.
          </dd>
          {info && (
            <>
              <dt>{say('start.model')}</dt>
              <dd>
                {info.model}, {info.resolution} × {info.resolution}
              </dd>
            </>
          )}
          {works && (
            <>
              <dt>{say('start.collection')}</dt>
              <dd>{count('start.works', works.all.length)}</dd>
            </>
          )}
        </dl>
        <div className="doors">
          <section className="door">
            <h2>{say('start.wall')}</h2>
            <p>{say('start.wall.about')}</p>
            <p>
              <Address of={new URL(wall, window.location.href).href} />
            </p>
            <a className="button" href={wall}>
              {say('start.wall.open')}
            </a>
          </section>
          <section className="door">
            <h2>{say('start.join')}</h2>
            <p>{say('start.join.about')}</p>
            <p>{info && <Address of={info.join} />}</p>
            <a className="button" href={join}>
              {say('start.join.open')}
            </a>
            {info && <img className="qr" src={qrAddress(room.name)} alt={say('alt.qr')} />}
          </section>
          <section className="door">
            <h2>{say('start.studio')}</h2>
            <p>{say('start.studio.about')}</p>
            <p>
              <Address of={new URL(studio, window.location.href).href} />
            </p>
            <a className="button" href={studio}>
              {say('start.studio.open')}
            </a>
          </section>
        </div>
        <Languages />
      </div>
      <Ended room={room.name} view={view} again={() => room.start()} />
    </main>
  );
}
