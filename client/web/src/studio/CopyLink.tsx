/** A link to exactly this place or blend: copied where the browser lets us, else shown in a field to be copied by hand. */
import { useState } from 'react';
import { hashOf, linkTo, type Held } from '../links';
import { say } from '../texts';

/** "Copied" stands long enough to be read. */
const SAID_MS = 2_500;

/** `held` is asked when the button is pressed. */
export function CopyLink({ held, words }: { held: () => Held | null; words: string }) {
  const [copied, setCopied] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const copy = async () => {
    const what = held();
    if (!what) return;
    const link = linkTo(what, window.location);
    window.history.replaceState(null, '', hashOf(what)); // the address bar holds it, too
    try {
      await navigator.clipboard.writeText(link); // there is none without HTTPS
      setCopied(true);
      setShown(null);
      window.setTimeout(() => setCopied(false), SAID_MS);
    } catch {
      setShown(link);
    }
  };
  return (
    <>
      <button type="button" className="chip" onClick={() => void copy()}>
        {copied ? say('studio.copied') : words}
      </button>
      <span className="hidden" role="status">
        {copied && say('studio.copied')}
      </span>
      {shown && (
        <input className="copyable" readOnly value={shown} dir="ltr" aria-label={words} autoFocus onFocus={(event) => event.target.select()} />
      )}
    </>
  );
}
