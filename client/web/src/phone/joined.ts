/** Whether this tab has joined already: a phone that wakes from sleep and loads the page anew must not be asked again. */
import { browser } from '../connection';

const KEY = 'genstudio:joined:';

export function hasJoined(room: string): boolean {
  return browser.recall(KEY + room) !== null;
}

export function rememberJoined(room: string): void {
  browser.remember(KEY + room, 'yes');
}
