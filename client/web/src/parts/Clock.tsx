/** Time that runs out: a ring that empties around whatever stands in its middle. The words beside it say the seconds. */
import { useRef, type ReactNode } from 'react';

const RADIUS = 18;
const AROUND = 2 * Math.PI * RADIUS;

type Props = {
  leftS: number;
  /** A new one starts the ring anew: the room tells how long is left, never how long it was. */
  of: string;
  colour?: string;
  children?: ReactNode;
};

/** Its whole is the longest that was told under this name. */
export function Clock({ leftS, of, colour = 'currentColor', children }: Props) {
  const whole = useRef({ of, leftS });
  if (whole.current.of !== of || leftS > whole.current.leftS) whole.current = { of, leftS };
  const part = whole.current.leftS > 0 ? Math.max(0, leftS / whole.current.leftS) : 0;
  return (
    <svg className="clock" viewBox="0 0 44 44" aria-hidden="true">
      <circle className="clock-track" cx="22" cy="22" r={RADIUS} />
      <circle className="clock-arc" cx="22" cy="22" r={RADIUS} style={{ stroke: colour }} strokeDasharray={`${part * AROUND} ${AROUND}`} />
      {children}
    </svg>
  );
}
