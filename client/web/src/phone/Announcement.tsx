/** This person's own turn to lead, over the full width of their phone alone: first that it comes, then that it is there. */
import { useEffect, useState } from 'react';
import { secondsLeft } from '../people';
import { count, say } from '../texts';
import type { Turn } from '../wire';

/** Milliseconds; told apart in a pocket: one for what comes, two for now. */
const SOON = [120];
const NOW = [60, 80, 60];

export type Own = { kind: 'soon' | 'now'; leftS: number };

/** What of the turn is this person's; null when it is others'. */
export function ownTurn(turn: Turn | null, you: string | null): Own | null {
  if (!turn || you === null) return null;
  if (turn.lead === you) return { kind: 'now', leftS: turn.leftS };
  return turn.next === you ? { kind: 'soon', leftS: turn.nextS } : null;
}

export function Announcement({ own }: { own: Own | null }) {
  const kind = own?.kind ?? null;
  const words = own && (own.kind === 'soon' ? count('phone.turn.soon', secondsLeft(own.leftS)) : say('phone.turn.now'));
  const [spoken, setSpoken] = useState<string | null>(null);
  useEffect(() => {
    if (kind) navigator.vibrate?.(kind === 'soon' ? SOON : NOW);
    setSpoken(words);
  }, [kind]);
  return (
    <div className="announcement" data-kind={kind ?? 'none'}>
      {/* Read once when it begins, not every second. */}
      <p className="hidden" aria-live="assertive">
        {spoken}
      </p>
      {own && (
        <p aria-hidden="true">
          {words}
          {own.kind === 'now' && <small>{count('now.left', secondsLeft(own.leftS))}</small>}
        </p>
      )}
    </div>
  );
}
