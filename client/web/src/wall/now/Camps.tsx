/** A crowd that wants two things: the dial of their turns, whose it is, and who is in which camp. */
import { TideDial } from '../../parts/TideDial';
import { Discs } from '../../parts/Discs';
import { coloursOf, secondsLeft, sideOf, type Side } from '../../people';
import { count, say, type Key } from '../../texts';
import type { Person, Tide } from '../../wire';

/** One line of discs beside the dial. */
const MOST = 14;

const TO: Readonly<Record<Side, Key>> = { left: 'now.to.left', right: 'now.to.right', up: 'now.to.up', down: 'now.to.down' };

export function Camps({ tide, people }: { tide: Tide; people: readonly Person[] }) {
  return (
    <div className="now-tide">
      <TideDial tide={tide} />
      <ul>
        {tide.camps.map((camp, i) => (
          <li key={i} data-on={i === tide.turn}>
            <p>
              {say(TO[sideOf(camp)])}
              {i === tide.turn && <small>{count('now.left', secondsLeft(tide.leftS))}</small>}
            </p>
            <Discs colours={coloursOf(people, camp.people)} most={MOST} />
          </li>
        ))}
      </ul>
    </div>
  );
}
