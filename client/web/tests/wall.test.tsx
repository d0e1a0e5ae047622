import { act, render, screen } from '@testing-library/react';
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
  expect((await screen.findByText('A Goblet')).tagName).toBe('CITE');
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
  await screen.findByText('The Drunken Couple');
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
