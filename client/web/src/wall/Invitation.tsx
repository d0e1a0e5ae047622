/** How to join: a code for the camera, two words, and the address for those who would rather type. */
import { qrAddress } from '../address';
import { Address } from '../parts/Address';
import { useInfo } from '../parts/use-info';
import { say } from '../texts';

export function Invitation({ room }: { room: string }) {
  const info = useInfo(room);
  return (
    <section className="invitation">
      <div className="invitation-words">
        <h2>{say('join.title')}</h2>
        {info && (
          <p>
            <span className="kicker">{say('join.at')}</span>
            <Address of={info.join} />
          </p>
        )}
      </div>
      {info && <img className="qr" src={qrAddress(room)} alt={say('alt.qr')} />}
    </section>
  );
}
