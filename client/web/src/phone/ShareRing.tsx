/** Your share of the point's movement, as an arc in your colour around a disc in your colour. */

const RADIUS = 18;
const AROUND = 2 * Math.PI * RADIUS;

/** `share` from 0 to 1. */
export function ShareRing({ share }: { share: number }) {
  return (
    <svg className="share" viewBox="0 0 44 44" aria-hidden="true">
      <circle className="share-track" cx="22" cy="22" r={RADIUS} />
      <circle className="share-arc" cx="22" cy="22" r={RADIUS} strokeDasharray={`${share * AROUND} ${AROUND}`} />
      <circle className="share-disc" cx="22" cy="22" r="7" />
    </svg>
  );
}
