import { expect, test } from 'vitest';
import { JourneyLog, NOTHING, partOf, readJourney, written } from '../src/phone/journey';
import { passportOf, rarestFirst, stamp, type Drawer } from '../src/phone/passport';

const at = (x: number) => ({ x, y: 0.5 });

// C11
test('the part of the way that was yours is by your share at the time', () => {
  const log = new JourneyLog();
  log.moved(at(0.1), 0, 1, true);
  log.moved(at(0.15), 1000, 1, true);
  log.moved(at(0.2), 2000, 0, false);
  expect(log.journey.way).toBeCloseTo(0.1);
  expect(log.journey.steeredS).toBe(1);
  expect(partOf(log.journey)).toBe(50);
});

test('a hole in the frames and a jump of the point are nobody’s way', () => {
  const log = new JourneyLog();
  log.moved(at(0.1), 0, 1, true);
  log.moved(at(0.15), 60_000, 1, true);
  log.moved(at(0.9), 61_000, 1, true);
  expect(log.journey.way).toBe(0);
  expect(log.journey.steeredS).toBe(1);
});

test('a resting point has no parts, and watching is no steering', () => {
  const log = new JourneyLog();
  for (let s = 0; s < 10; s++) log.moved(at(0.5), s * 1000, 0, false);
  expect(partOf(log.journey)).toBeNull();
  expect(log.journey.steeredS).toBe(0);
});

// C11
test('a reload goes on where it was, and what cannot be read is nothing', () => {
  const log = new JourneyLog();
  log.moved(at(0.1), 0, 0.5, true);
  log.moved(at(0.2), 1000, 0.5, true);
  expect(log.brought('a')).toBe(true);
  expect(log.brought('a')).toBe(false);
  expect(readJourney(written(log.journey))).toEqual(log.journey);
  for (const kept of [null, '', '{', '[]', '{"way":"long"}', '{"steeredS":1,"way":1,"ownWay":1,"works":[1]}']) {
    expect(readJourney(kept)).toEqual(NOTHING);
  }
});

function drawer(kept: Record<string, string> = {}): Drawer {
  return { getItem: (key) => kept[key] ?? null, setItem: (key, value) => void (kept[key] = value) };
}

// C12
test('a work comes into the passport once, for its room, and stays', () => {
  const own = drawer();
  stamp('main', 'a', own);
  stamp('main', 'b', own);
  stamp('main', 'a', own);
  expect(passportOf('main', own)).toEqual(['a', 'b']);
  expect(passportOf('other', own)).toEqual([]);
});

test('a full, forbidden or broken drawer costs the passport and nothing else', () => {
  const full: Drawer = { getItem: () => 'not json', setItem: () => { throw new Error('quota'); } };
  expect(passportOf('main', full)).toEqual([]);
  expect(() => stamp('main', 'a', full)).not.toThrow();
  expect(passportOf('main', null)).toEqual([]);
});

// C12
test('the rarest comes first, and of equals the newest', () => {
  const found = [{ id: 'a', times: 9 }, { id: 'b', times: 2 }, { id: 'c', times: 2 }];
  expect(rarestFirst(['b', 'a', 'c', 'new'], found).map(({ id }) => id)).toEqual(['new', 'c', 'b', 'a']);
});
