/** The guide's key: it comes in the address (`/studio#guide=KEY`), stays in this tab, and is taken out of sight at once. */
import { browser } from '../connection';
import { MAX_NAME_LENGTH } from '../wire';

const KEY = 'genstudio:guide';

/** An address is photographed, shared and kept in the history; a key must not be. Null for everybody else. */
export function guideKey(
  location: Pick<Location, 'hash' | 'pathname' | 'search'> = window.location,
  history: Pick<History, 'replaceState'> = window.history,
  memory: Pick<typeof browser, 'remember' | 'recall'> = browser,
): string | null {
  const written = /^#guide=(.+)$/.exec(location.hash)?.[1];
  if (written === undefined) return memory.recall(KEY);
  history.replaceState(null, '', location.pathname + location.search);
  const key = written.slice(0, MAX_NAME_LENGTH);
  memory.remember(KEY, key);
  return key;
}
