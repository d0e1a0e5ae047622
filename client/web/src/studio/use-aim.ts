/** Where this person is on the way to, in React. */
import { useSyncExternalStore } from 'react';
import type { Aim, Aiming } from './aim';

export function useAim(aiming: Aiming): Aim | null {
  return useSyncExternalStore(aiming.subscribe, () => aiming.aim);
}
