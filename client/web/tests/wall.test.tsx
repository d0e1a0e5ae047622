import { act, render, screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { Wall } from '../src/wall/Wall';
import type { Person } from '../src/wire';
import { frame, people, person } from './fakes';
import { greeting, pretendPage, work } from './page';

const page = pretendPage();

async function hang(search = ''): Promise<void> {
  render(<Wall search={search} />);
  page.socket.open();
  await page.says(greeting(), people);
}

const crowd = (size: number): Person[] =>
  Array.from({ length: size }, (_, i) => person(`p${i}`, '#00aaff', 0, { active: i % 2 === 0 }));
const discs = () => document.querySelectorAll('.presence .disc').length;

test('it joins as a wall', async () => {
  await hang();
  expect(page.socket.sent[0]).toMatchObject({ t: 'hello', role: 'wall', room: 'main' });
});

test('it shows how to join: a code, two words, an address', async () => {
  await hang();
  expect((await screen.findByAltText(/QR code/)).getAttribute('src')).toBe('/qr.svg?room=main');
  expect(screen.getByRole('heading', { name: 'Join in' })).toBeTruthy();
  expect(document.querySelector('.address')?.textContent).toBe('gallery:8000/join');
});

test.each([
  [0, 'Nobody is here yet', 0],
  [1, 'One person is here', 1],
  [30, '30 people are here', 30],
  [100, '100 people are here', 60],
])('%i people', async (size, words, shown) => {
  await hang();
  await page.says({ ...people, people: crowd(size) });
  expect(screen.getByText(words)).toBeTruthy();
  expect(discs()).toBe(shown);
  if (size > shown) expect(screen.getByText(`and ${size - shown} more`)).toBeTruthy();
});

test('near works are named, and on a bump the label, the piece and its finders take their place', async () => {
  page.works = [work('a', 'The Drunken Couple', { image: '/images/a' }), work('b', 'A Goblet')];
  await hang();
  await page.says(frame(1, { near: [{ id: 'b', closeness: 0.4 }] }));
  await waitFor(() => expect(document.querySelector('.nearby cite')?.textContent).toBe('A Goblet'));
  await page.says(frame(2, { near: [{ id: 'a', closeness: 1 }], bump: 'a' }), { ...people, finders: ['p1'] });
  const label = document.querySelector<HTMLElement>('[data-work="a"]');
  expect(label?.textContent).toContain('The Drunken Couple, 1665');
  expect(label?.closest('figure')?.dataset['shown']).toBe('true');
  expect(document.querySelectorAll('.finders .disc').length).toBe(1);
  expect(document.querySelector('.real img')?.getAttribute('src')).toBe('/images/a');
  expect(document.querySelector<HTMLElement>('.real')?.dataset['shown']).toBe('true');
});

test('after a bump the label stays while it fades, and says so', async () => {
  page.works = [work('a', 'The Drunken Couple')];
  await hang();
  await page.says(frame(1, { bump: 'a' }), frame(2));
  expect(document.querySelector('figure')?.dataset['shown'] ?? 'none').not.toBe('true');
});

const images = () => [...document.querySelectorAll<HTMLImageElement>('.likeness img')];

// C7
test('the work rises through the dream at once, as its likeness, and its picture comes over that when it is there', async () => {
  page.works = [work('a', 'The Drunken Couple', { image: '/images/a', thumbhash: 'yRgGDQJQ0sTEhbhFyXR5p1C3CHRJ' })];
  await hang();
  await page.says(frame(1, { bump: 'a' }));
  const real = document.querySelector<HTMLElement>('.real[data-shown="true"]');
  expect(real?.querySelector('canvas')?.width).toBe(23);
  expect(images().map((image) => image.dataset['came'])).toEqual(['false', 'false']);
  act(() => images().forEach((image) => image.dispatchEvent(new Event('load'))));
  expect(images().map((image) => image.dataset['came'])).toEqual(['true', 'true']);
});

// C7
test('a picture that does not come is never seen, and looked for again after a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  page.works = [work('a', 'The Drunken Couple', { image: '/images/a' })];
  await hang();
  await page.says(frame(1, { bump: 'a' }));
  act(() => images().forEach((image) => image.dispatchEvent(new Event('error'))));
  expect(images()).toEqual([]);
  expect(document.querySelector('.label-title')?.textContent).toContain('The Drunken Couple');
  act(() => vi.advanceTimersByTime(10_000));
  expect(images().length).toBe(2);
  vi.useRealTimers();
});

test('a work of which nothing is known but its name leaves the dream alone', async () => {
  page.works = [work('a', 'The Drunken Couple', { image: '' })];
  await hang();
  await page.says(frame(1, { bump: 'a' }));
  await screen.findAllByText('The Drunken Couple');
  expect(document.querySelector('.real')).toBeNull();
});

// C7
test.each([
  ['CC0-1.0', 'CC0 1.0'],
  ['PDM-1.0 / CC0-1.0', 'Public Domain Mark 1.0 / CC0 1.0'],
  ['CC-BY-SA-4.0', 'CC BY-SA 4.0'],
  ['No known copyright', 'No known copyright'],
])('the label shows the credit line and the licence: %s', async (license, shown) => {
  page.works = [work('a', 'The Drunken Couple', { license, museum: 'Rijksmuseum' })];
  await hang();
  await page.says(frame(1, { bump: 'a' }));
  expect((await screen.findByText(shown)).className).toBe('label-licence');
  expect(document.querySelector('.label-credit')?.textContent).toBe('Rijksmuseum. Gift');
});

test('?chrome=0 shows the picture and nothing else', async () => {
  await hang('?chrome=0');
  expect(screen.getByRole('main').textContent).toBe('');
  expect(document.querySelector('canvas.picture')).toBeTruthy();
});

test('paused sharing and a lost line are marked, and the picture stays', async () => {
  await hang();
  await page.says({ ...people, paused: true });
  expect(screen.getByRole('status').textContent).toBe('Sharing is paused');
  act(() => page.socket.ends(1006));
  expect(screen.getByRole('status').textContent).toBe('Reconnecting');
  expect(document.querySelector('canvas.picture')).toBeTruthy();
});

const three = [person('p1', '#e8b04b', 0.5), person('p2', '#5aa9e6', 0.2), person('p3', '#7bc47f', 0)];
const rgb = ['rgb(232, 176, 75)', 'rgb(90, 169, 230)', 'rgb(123, 196, 127)'];
const now = () => document.querySelector('.now')!;
const discsIn = (scope: string) => [...document.querySelectorAll<HTMLElement>(`${scope} .disc`)].map(({ style }) => style.background);

// C15
test.each([
  ['together', 'Steered together'],
  ['lead', 'One leads at a time'],
  ['vote', 'The room votes'],
  ['docent', 'Guided by one'],
  ['blend', 'Blending works'],
  ['ambient', 'Wandering by itself'],
] as const)('in mode %s its name stands on the wall, with what it means', async (mode, name) => {
  await hang();
  await page.says({ ...people, mode });
  expect(screen.getByRole('heading', { name })).toBeTruthy();
  expect(document.querySelector('.now-means')?.textContent).toBeTruthy();
});

// C15
test('lead: whose turn it is, for how long, and who is next', async () => {
  await hang();
  await page.says({ ...people, people: three, mode: 'lead', turn: { lead: 'p1', leftS: 6.2, next: 'p2', nextS: 2.9 } });
  expect(document.querySelector<SVGElement>('.now-lead circle:last-child')?.style.fill).toBe('#e8b04b');
  expect(now().textContent).toContain('leads now7 s left');
  expect(discsIn('.now-next')).toEqual([rgb[1]]);
  expect(now().textContent).toContain('in 3 s');
});

// C15
test('vote: every vote is visible under its work, in its voter’s colour', async () => {
  page.works = Array.from({ length: 7 }, (_, i) => work(`w${i}`, `Work ${i}`));
  await hang();
  const tallies = [{ id: 'w0', people: ['p1', 'p3'] }, { id: 'w1', people: ['p2'] }, ...[2, 3, 4].map((i) => ({ id: `w${i}`, people: [] })), { id: 'w5', people: ['p9'] }];
  await page.says({ ...people, people: three, mode: 'vote', ballot: { tallies, leftS: 3.5, going: 'w1' } });
  await waitFor(() => expect(discsIn('.hung li:first-child')).toEqual([rgb[0], rgb[2]]));
  expect(document.querySelector('.hung [data-going="true"] cite')?.textContent).toBe('Work 1');
  expect(now().textContent).toContain('Counted in 4 s · 1 vote elsewhere');
});

// C15
test('blend: every work with its weight, and the colour of the hand that moves it', async () => {
  page.works = [work('a', 'The Drunken Couple')];
  await hang();
  const blend = [{ id: 'a', weight: 0.75, locked: false, hand: 'p2' }, { id: 'guest:0123456789abcdef', weight: 0.25, locked: true, hand: null }];
  await page.says({ ...people, people: three, mode: 'blend', blend });
  const [first, second] = [...document.querySelectorAll<HTMLElement>('.hung li')];
  expect(first?.textContent).toBe('The Drunken Couple75%');
  expect(first?.style.getPropertyValue('--hand')).toBe('#5aa9e6');
  expect(second?.textContent).toContain('25%');
  expect(second?.dataset['held']).toBe('false');
});

// C15
test('tide: a dial of two camps, whose turn it is and who is in them', async () => {
  await hang();
  const camps = [{ people: ['p1'], x: -1, y: 0.2, part: 0.4 }, { people: ['p2', 'p3'], x: 0.1, y: -1, part: 0.6 }];
  await page.says({ ...people, people: three, tide: { camps, turn: 1, leftS: 5 } });
  expect([...document.querySelectorAll('.dial-camp')].map((camp) => camp.getAttribute('data-on'))).toEqual(['false', 'true']);
  expect(document.querySelector('.now-tide li[data-on="true"]')?.textContent).toBe('Upward5 s left');
  expect(discsIn('.now-tide li[data-on="true"]')).toEqual([rgb[1], rgb[2]]);
  expect(document.querySelector('.now-tide li[data-on="false"]')?.textContent).toBe('To the left');
});

// C15
test('tour: from where, to where, and which stop', async () => {
  page.works = [work('a', 'The Drunken Couple'), work('b', 'A Goblet'), work('c', 'A Helmet')];
  await hang();
  await page.says({ ...people, voyage: { works: ['a', 'b', 'c'], at: 1 } });
  await screen.findByText('Stop 2 of 3');
  expect(document.querySelector('.now-tour p')?.textContent).toBe('On a tour from The Drunken Couple to A Helmet');
});

// C15
test('docent: the disc of the one who guides', async () => {
  await hang();
  await page.says({ ...people, people: three, mode: 'docent', docent: 'p3' });
  expect(discsIn('.now-next')).toEqual([rgb[2]]);
});

// C9
test('who moves the point has an arc at the rim of the picture, in their colour; who rests has none', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await hang();
  await page.says(frame(1), { ...people, people: [{ ...three[0]!, at: { x: 0.9, y: 0.5 } }, three[2]!] });
  act(() => vi.advanceTimersByTime(1000));
  expect([...document.querySelectorAll<SVGElement>('.rim path')].map(({ style }) => style.stroke)).toEqual(['#e8b04b']);
  vi.useRealTimers();
});

// C7
test('the finders’ colours gather by the label, the largest part first, and stay while it fades', async () => {
  page.works = [work('a', 'The Drunken Couple')];
  await hang();
  await page.says(frame(1, { bump: 'a' }), { ...people, people: three, finders: ['p2', 'p1'] });
  expect(discsIn('.finders')).toEqual([rgb[1], rgb[0]]);
  await page.says(frame(2), { ...people, people: three });
  expect(discsIn('.finders')).toEqual([rgb[1], rgb[0]]);
});

test('one live line says what the wall is near', async () => {
  page.works = [work('a', 'The Drunken Couple'), work('b', 'A Goblet')];
  await hang();
  await page.says(frame(1, { near: [{ id: 'a', closeness: 0.8 }, { id: 'b', closeness: 0.5 }] }));
  await waitFor(() => expect(document.querySelector('.caption p')?.textContent).toBe('Between The Drunken Couple and A Goblet'));
  expect(document.querySelector('.caption [aria-live="polite"]')).toBeTruthy();
});
