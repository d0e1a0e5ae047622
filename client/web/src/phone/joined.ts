/** Where this tab stands with a room: not in yet, in, or gone again; a page that is loaded anew must not ask twice. */
import { fields, text } from '../checks';
import { browser } from '../connection';
import { readJourney, written, type Journey } from './journey';

const JOINED = 'genstudio:joined:';
const JOURNEY = 'genstudio:journey:';
const LEFT = 'genstudio:left:';

/** What the page that says goodbye needs, without a link to the room. */
export type Farewell = { colour: string; collection: string };

export function hasJoined(room: string): boolean {
  return browser.recall(JOINED + room) === 'yes';
}

export function rememberJoined(room: string): void {
  browser.remember(JOINED + room, 'yes');
  browser.remember(LEFT + room, '');
}

export function rememberLeft(room: string, farewell: Farewell): void {
  browser.remember(JOINED + room, 'no');
  browser.remember(LEFT + room, JSON.stringify(farewell));
}

/** Null while they have not left. */
export function farewellOf(room: string): Farewell | null {
  try {
    const kept = fields(JSON.parse(browser.recall(LEFT + room) || 'null'), 'farewell');
    return { colour: text(kept['colour'], 'colour'), collection: text(kept['collection'], 'collection') };
  } catch {
    return null;
  }
}

export function recallJourney(room: string): Journey {
  return readJourney(browser.recall(JOURNEY + room));
}

export function rememberJourney(room: string, journey: Journey): void {
  browser.remember(JOURNEY + room, written(journey));
}
