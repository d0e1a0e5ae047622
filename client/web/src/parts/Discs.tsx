/** People as discs in their colours, in a row; beyond `most` a number. For eyes: words beside it say what it means. */
import { count } from '../texts';

export function Discs({ colours, most }: { colours: readonly string[]; most: number }) {
  const hidden = colours.length - most;
  return (
    <span className="discs" aria-hidden="true">
      {colours.slice(0, most).map((colour, i) => (
        <i key={i} className="disc" style={{ background: colour }} />
      ))}
      {hidden > 0 && <span className="discs-more">{count('more', hidden)}</span>}
    </span>
  );
}
