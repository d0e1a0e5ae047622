/** The room's particulars, asked for until they come: a wall is often opened before its server is up. */
import { useEffect, useState } from 'react';
import { infoOf, type RoomInfo } from '../info';

const AGAIN_MS = 3_000;

export function useInfo(room: string): RoomInfo | null {
  const [info, setInfo] = useState<RoomInfo | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let gone = false;
    let timer = 0;
    infoOf(room).then(
      (told) => {
        if (!gone) setInfo(told);
      },
      () => {
        if (!gone) timer = window.setTimeout(() => setAttempt(attempt + 1), AGAIN_MS);
      },
    );
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, [room, attempt]);
  return info;
}
