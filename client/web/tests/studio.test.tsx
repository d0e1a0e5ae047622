import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { guideKey } from '../src/studio/guide';
import { creditsOf, wrapped } from '../src/studio/save';
import { Studio } from '../src/studio/Studio';
import { PAUSE_MS } from '../src/parts/use-search';
import type { FromServer, People, Slider } from '../src/wire';
import type { Work } from '../src/works';
import { frame, people, person } from './fakes';
import { greeting, pretendPage, work } from './page';

const page = pretendPage();

const button = (name: RegExp | string) => screen.getByRole('button', { name });
const deeds = (t: string) => page.socket.sent.filter((message) => (message as { t: string }).t === t);
const slider = (id: string, weight: number, more: Partial<Slider> = {}): Slider => ({ id, weight, locked: false, hand: null, ...more });
const blended: People = { ...people, blend: [slider('a', 0.75), slider('b', 0.25)] };

let answers: Record<string, unknown>;
let asked: { address: string; init: RequestInit | undefined }[];

beforeEach(() => {
  window.history.replaceState(null, '', '/studio');
  page.works = [work('a', 'The Drunken Couple'), work('b', 'A Goblet'), work('c', 'A Helmet', { link: 'https://museum.example/c' })];
  asked = [];
  answers = { found: { found: [{ id: 'c', times: 2 }] } };
  const pages = globalThis.fetch;
  vi.stubGlobal('fetch', async (address: string, init?: RequestInit) => {
    const what = /\/api\/rooms\/main\/(\w+)/.exec(address)?.[1] ?? '';
    if (what === 'works' || what === '') return pages(address, init);
    asked.push({ address, init });
    const answer = answers[what];
    if (typeof answer === 'string') return new Response(answer);
    return answer === undefined ? Response.json({ error: `no ${what} today` }, { status: 422 }) : Response.json(answer);
  });
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  URL.createObjectURL = () => 'blob:own';
  URL.revokeObjectURL = () => {};
});

async function arrive(told: FromServer = people, more: object = { modes: ['together', 'blend'] }): Promise<void> {
  render(<Studio />);
  page.socket.open();
  await page.says({ ...greeting(), ...more } as FromServer, told, frame(1));
}

async function openCard(title: string): Promise<HTMLElement> {
  fireEvent.click(await screen.findByRole('button', { name: `About ${title}` }));
  return screen.getByRole('article', { name: title });
}

test('who opens the studio is a visitor from afar, and who brings the guide’s key stands in the room', async () => {
  await arrive();
  expect(deeds('hello')).toMatchObject([{ role: 'visitor', remote: true }]);
});

// U6
test('the guide’s key goes into the hello and out of the address', async () => {
  window.history.replaceState(null, '', '/studio?room=main#guide=a-key-of-sixteen');
  await arrive();
  expect(deeds('hello')).toMatchObject([{ key: 'a-key-of-sixteen' }]);
  expect(window.location.href).not.toContain('sixteen');
  expect(guideKey(window.location)).toBe('a-key-of-sixteen');
});

test('a slider sends its weight, the others make room at once, and all is 100%', async () => {
  await arrive(blended);
  const range = screen.getByRole('slider', { name: 'Part of The Drunken Couple' });
  fireEvent.change(range, { target: { value: '0.5' } });
  expect(deeds('edit')).toMatchObject([{ do: 'weigh', id: 'a', amount: 0.5 }]);
  expect(screen.getByRole<HTMLInputElement>('slider', { name: 'Part of A Goblet' }).value).toBe('0.5');
  expect(screen.getByText('100%')).toBeTruthy();
  fireEvent.pointerUp(range);
  expect(deeds('edit').at(-1)).toMatchObject({ do: 'let_go', id: 'a' });
});

test('a number is shown whole where one types it, taken with Enter, and what is none changes nothing', async () => {
  await arrive({ ...blended, blend: [slider('a', 1 / 3), slider('b', 2 / 3)] });
  const exact = screen.getByRole<HTMLInputElement>('textbox', { name: 'Part of The Drunken Couple in percent' });
  expect(exact.value).toBe('33.3');
  act(() => exact.focus());
  expect(exact.value).toBe('33.3333333333');
  fireEvent.change(exact, { target: { value: 'half' } });
  expect(exact.getAttribute('aria-invalid')).toBe('true');
  fireEvent.keyDown(exact, { key: 'Enter' });
  expect(deeds('edit').filter((edit) => (edit as { do: string }).do === 'weigh')).toEqual([]);
  act(() => exact.focus());
  fireEvent.change(exact, { target: { value: '12,5' } });
  fireEvent.keyDown(exact, { key: 'Enter' });
  expect(deeds('edit').find((edit) => (edit as { do: string }).do === 'weigh')).toMatchObject({ id: 'a', amount: 0.125 });
});

test('plus, minus, lock, remove, equal, undo and clear are deeds, and a locked slider stands', async () => {
  await arrive({ ...blended, blend: [slider('a', 0.75, { locked: true }), slider('b', 0.25)] });
  expect(screen.getByRole('slider', { name: 'Part of The Drunken Couple' })).toHaveProperty('disabled', true);
  for (const name of ['More of A Goblet', 'Less of A Goblet', 'Lock The Drunken Couple', 'Take A Goblet out', 'Equal', 'Undo', 'Clear'])
    fireEvent.click(button(name));
  expect(deeds('edit')).toMatchObject([
    { do: 'nudge', id: 'b', amount: 0.05 }, { do: 'nudge', id: 'b', amount: -0.05 }, { do: 'unlock', id: 'a' },
    { do: 'remove', id: 'b' }, { do: 'equal' }, { do: 'undo' }, { do: 'clear' },
  ]);
});

test('somebody else’s hand on a slider is said by colour and by name, one’s own needs no words', async () => {
  const others = [person('p1', '#e8b04b', 0), person('p2', '#4060e0', 0)];
  await arrive({ ...blended, people: others, blend: [slider('a', 0.75, { hand: 'p2' }), slider('b', 0.25, { hand: 'p1' })] });
  expect(screen.getByText('Blue’s hand')).toBeTruthy();
  expect(screen.getAllByText(/hand$/)).toHaveLength(1);
});

test('what the wall has found comes into the blend with one press, and the blend onto the wall', async () => {
  await arrive(blended);
  await page.says(frame(2, { bump: 'c' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Add what the wall found: A Helmet' }));
  fireEvent.click(button('Show on the wall'));
  expect(deeds('edit')).toMatchObject([{ do: 'add', id: 'c' }]);
  expect(deeds('mode')).toMatchObject([{ mode: 'blend' }]);
});

test('a work dropped on the picture or the palette comes into the blend', async () => {
  await arrive(blended);
  const data = { types: ['application/x-genstudio-work'], getData: () => 'c' };
  fireEvent.drop(document.querySelector('.stage')!, { dataTransfer: data });
  fireEvent.drop(document.querySelector('.palette')!, { dataTransfer: { ...data, getData: () => '' } });
  expect(deeds('edit')).toMatchObject([{ do: 'add', id: 'c' }]);
});

test('from a card one flies, pulls and lets go, adds, asks for more like it, and leaves for its museum', async () => {
  await arrive({ ...blended, blend: [slider('c', 1)] });
  const card = within(await openCard('A Helmet'));
  expect(card.getByText('Found by this room')).toBeTruthy();
  expect(card.getByRole('link').getAttribute('href')).toBe('https://museum.example/c');
  expect(card.getByRole('button', { name: 'In the blend' })).toHaveProperty('disabled', true);
  fireEvent.click(card.getByRole('button', { name: 'Fly there' }));
  expect(deeds('work')).toMatchObject([{ id: 'c' }]);
  await page.says(frame(2, { bump: 'c' }));
  await waitFor(() => expect(deeds('release')).toHaveLength(1));
  answers['similar'] = { works: [{ id: 'b', distance: 0.1 }] };
  fireEvent.click(card.getByRole('button', { name: 'More like this' }));
  expect(await screen.findByText('Works that look like A Helmet')).toBeTruthy();
  expect(asked.at(-1)?.address).toContain('similar?to=c');
  expect(screen.getByRole('button', { name: /^A Goblet/ })).toBeTruthy();
});

test('a tour is ridden from one card to another, told step by step, and ended', async () => {
  answers['path'] = { works: ['a', 'c', 'b'] };
  await arrive(blended);
  fireEvent.click(within(await openCard('The Drunken Couple')).getByRole('button', { name: 'From here to …' }));
  fireEvent.click(within(await openCard('A Goblet')).getByRole('button', { name: 'Ride here from The Drunken Couple' }));
  await waitFor(() => expect(deeds('ride')).toMatchObject([{ works: ['a', 'c', 'b'] }]));
  await page.says({ ...blended, voyage: { works: ['a', 'c', 'b'], at: 1 } });
  expect(screen.getByText(/Tour, 2 of 3/)).toBeTruthy();
  fireEvent.click(button('End the tour'));
  expect(deeds('ride').at(-1)).toMatchObject({ works: [] });
});

async function search(words: string): Promise<void> {
  fireEvent.click(screen.getByRole('tab', { name: 'Search' }));
  fireEvent.change(screen.getByRole('combobox', { name: 'Search the collection' }), { target: { value: words } });
}

const nothing = { total: 0, works: [], facets: {}, explained: 'No work holds both words; 12 hold “goblet”.', after: null };

test('words find works, facets narrow them, and nothing found is explained', async () => {
  answers['search'] = { total: 1, works: ['b'], facets: { artist: [['Jan Steen', 1]] }, explained: null, after: null };
  answers['suggest'] = { suggestions: [{ text: 'goblet', kind: 'title', count: 4 }] };
  await arrive();
  await search('gob');
  expect(await screen.findByRole('button', { name: /^A Goblet/ })).toBeTruthy();
  const typing = screen.getByRole('combobox', { name: 'Search the collection' });
  await screen.findByRole('option', { name: /goblet/ });
  fireEvent.keyDown(typing, { key: 'ArrowDown' });
  fireEvent.keyDown(typing, { key: 'Enter' });
  expect((typing as HTMLInputElement).value).toBe('goblet');
  answers['search'] = nothing;
  fireEvent.change(screen.getByRole('combobox', { name: 'Artist' }), { target: { value: 'Jan Steen' } });
  expect(await screen.findByText(/No work holds both words/)).toBeTruthy();
  expect(asked.at(-1)?.address).toContain('q=goblet&artist=Jan+Steen');
  expect(PAUSE_MS).toBeLessThan(300);
});

test('of a thousand results only those in sight are in the page', async () => {
  page.works = Array.from({ length: 1_000 }, (_, i) => work(`w${i}`, `Work ${i}`));
  answers['search'] = { ...nothing, total: 1_000, works: page.works.map(({ id }) => id) };
  await arrive();
  await search('work');
  await screen.findByRole('button', { name: /^Work 0\b/ });
  expect(screen.getAllByRole('listitem').length).toBeLessThan(60);
});

// U7
test('one’s own picture is shown from this device, its refusal is the server’s, and its seed can be visited', async () => {
  await arrive();
  answers['search'] = nothing;
  await search('');
  const field = screen.getByLabelText('A picture of yours', { selector: 'input' });
  fireEvent.change(field, { target: { files: [new File(['x'], 'x.png', { type: 'image/png' })] } });
  expect(await screen.findByText('no similar today')).toBeTruthy();
  expect(screen.getByRole('img', { name: 'Your picture; only you see it' }).getAttribute('src')).toBe('blob:own');
  const guessed = { works: [{ id: 'a', distance: 0 }], guest: 'guest:0011223344556677', why: null, code: null };
  answers['similar'] = `${JSON.stringify(guessed)}\n${JSON.stringify({ refined: true, why: null, code: null })}\n`;
  fireEvent.change(field, { target: { files: [new File(['x'], 'x.png', { type: 'image/png' })] } });
  fireEvent.click(await screen.findByRole('button', { name: 'Visit it' }));
  expect(deeds('bring')).toMatchObject([{ portions: [['guest:0011223344556677', 1]] }]);
  const sent = asked.filter(({ init }) => init?.method === 'POST');
  expect(sent).toHaveLength(2);
  expect(await screen.findByText('Found more exactly.')).toBeTruthy();
  fireEvent.click(screen.getByRole('tab', { name: 'Blend' }));
  expect(sent[1]?.init?.signal?.aborted).toBe(false);
});

// U7, G51
test('a guest in the blend leads to what looks like it', async () => {
  await arrive({ ...people, blend: [slider('guest:0011223344556677', 1)] });
  answers['similar'] = { works: [{ id: 'b', distance: 0.1 }] };
  fireEvent.click(button(/^More like this: A visitor’s picture/));
  expect(await screen.findByText('Works that look like A visitor’s picture')).toBeTruthy();
  expect(decodeURIComponent(asked.at(-1)?.address ?? '')).toContain('similar?to=guest:0011223344556677');
  expect(screen.getByRole('button', { name: /^A Goblet/ })).toBeTruthy();
});

// U2
test('a link is told before anything happens, and brought by its button alone', async () => {
  window.history.replaceState(null, '', '/studio#blend=a*0.5,b*0.25');
  await arrive();
  const card = within(screen.getByRole('region', { name: 'You opened a link' }));
  expect(await card.findByText('A Goblet')).toBeTruthy();
  expect(card.getByText('33.3%')).toBeTruthy();
  expect(deeds('bring')).toEqual([]);
  fireEvent.click(card.getByRole('button', { name: 'Bring it to the wall' }));
  expect(deeds('bring')).toMatchObject([{ portions: [['a', 0.5], ['b', 0.25]] }]);
  expect(deeds('mode')).toMatchObject([{ mode: 'blend' }]);
  expect(screen.queryByRole('region', { name: 'You opened a link' })).toBeNull();
});

test('a link to a place pulls there, and where there is no clipboard it can be copied by hand', async () => {
  window.history.replaceState(null, '', '/studio#place=0.25,0.75');
  await arrive({ ...people, mode: 'blend', chosen: 'blend' });
  fireEvent.click(button('Bring it to the wall'));
  expect(deeds('mode')).toMatchObject([{ mode: 'together' }]);
  expect(deeds('place')).toMatchObject([{ x: 0.25, y: 0.75 }]);
  await page.says(frame(2, { x: 0.1 + 0.2, y: 0.7 }));
  fireEvent.click(button('Link to this place'));
  const shown = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Link to this place' });
  expect(shown.value).toMatch(/\/studio#place=0.30000000000000004,0.7$/);
});

test('modes that may be chosen are there, and only those', async () => {
  await arrive();
  const choice = within(screen.getByRole('group', { name: 'Choose how the wall is steered' }));
  expect(choice.getAllByRole('button').map(({ textContent }) => textContent)).toEqual(['Together', 'Blend']);
  fireEvent.click(choice.getByRole('button', { name: 'Blend' }));
  expect(deeds('mode')).toMatchObject([{ mode: 'blend' }]);
});

test('one’s own turn is announced before it comes, and others’ turns by colour', async () => {
  await arrive({ ...people, mode: 'lead', people: [...people.people, person('p2', '#4060e0', 0)], turn: { lead: 'p2', leftS: 3, next: 'p1', nextS: 2.4 } });
  expect(screen.getByRole('alert').textContent).toBe('Your turn in 3 seconds');
  await page.says({ ...people, mode: 'lead', turn: { lead: 'p1', leftS: 4, next: null, nextS: 0 } });
  expect(screen.getByText('You lead, for 4 more seconds')).toBeTruthy();
});

test('every vote is visible, one’s own is given and taken back', async () => {
  const ballot = { tallies: [{ id: 'b', people: ['p2'] }, { id: 'a', people: ['p1'] }], leftS: 6.2, going: 'c' };
  await arrive({ ...people, mode: 'vote', ballot });
  expect(screen.getByText('Counted in 7 seconds')).toBeTruthy();
  fireEvent.click(await screen.findByRole('button', { name: /^Vote for A Goblet.*one vote/ }));
  fireEvent.click(button(/^Vote for The Drunken Couple.*one vote/));
  expect(deeds('vote')).toMatchObject([{ id: 'b' }, { id: null }]);
});

test('who is here is told in words as well as in colours, oneself first', async () => {
  await arrive({ ...people, people: [person('p2', '#4060e0', 0.5, { remote: true, at: { x: 0, y: 0 } }), person('p1', '#e8b04b', 0.25)] });
  fireEvent.click(screen.getByRole('tab', { name: /People/ }));
  const rows = screen.getAllByRole('listitem').map(({ textContent }) => textContent);
  expect(rows[0]).toMatch(/You.*in the room · 25% of the movement/);
  expect(rows[1]).toMatch(/Blue.*from afar · 50% of the movement/);
  const follow = button('Follow Blue on the map');
  fireEvent.click(follow);
  expect(follow.getAttribute('aria-pressed')).toBe('true');
});

test('the wall’s place is told in words to eyes and to ears', async () => {
  await arrive();
  await page.says(frame(2, { bump: 'c', near: [{ id: 'c', closeness: 1 }] }));
  expect(document.querySelector('.place')?.textContent).toBe('At A Helmet');
  expect(document.querySelector('[aria-live=polite]')).toBeTruthy();
});

// U9
test('the saved picture names each work with its credit line and licence', () => {
  const near = { title: 'A Goblet', artist: 'Jan Steen (Dutch, 1626–1679)', date: '1665', credit: 'Gift of A.', museum: 'The Met', license: 'CC0-1.0' };
  expect(creditsOf([near as Work])).toEqual([['Jan Steen (Dutch, 1626–1679), A Goblet, 1665', 'The Met. Gift of A. CC0 1.0']]);
  expect(wrapped('one two three', 7, (text) => text.length)).toEqual(['one two', 'three']);
});
