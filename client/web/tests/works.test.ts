import { expect, test } from 'vitest';
import { find } from '../src/phone/find';
import { worksOf, type Work } from '../src/works';

const raw = { id: 'a', title: 'Die Große Wäscherin', artist: 'Émile Bernard', x: 0.25, y: 0.75 };

function server(...answers: (object | number)[]): typeof fetch & { asked: string[] } {
  const asked: string[] = [];
  const get = async (address: string) => {
    asked.push(address);
    const answer = answers.shift() ?? 500;
    return typeof answer === 'number' ? new Response('', { status: answer }) : Response.json(answer);
  };
  return Object.assign(get as typeof fetch, { asked });
}

test('a collection is fetched once per digest', async () => {
  const get = server({ digest: 'd', works: [raw] }, { digest: 'e', works: [] });
  const [first, again] = await Promise.all([worksOf('once', 'd', get), worksOf('once', 'd', get)]);
  expect(first).toBe(again);
  expect(first.byId.get('a')).toMatchObject({ title: 'Die Große Wäscherin', medium: '', x: 0.25 });
  await worksOf('once', 'e', get);
  expect(get.asked).toEqual(['/api/rooms/once/works', '/api/rooms/once/works']);
});

test('a failed fetch is tried again by whoever asks next', async () => {
  const get = server(503, { digest: 'd', works: [raw] });
  await expect(worksOf('again', 'd', get)).rejects.toThrow('503');
  expect((await worksOf('again', 'd', get)).all.length).toBe(1);
});

test('a work without a place is refused with the name of what is missing', async () => {
  await expect(worksOf('bad', 'd', server({ digest: 'd', works: [{ ...raw, x: undefined }] }))).rejects.toThrow('work.x');
});

test('an address that would run a script is dropped', async () => {
  const works = await worksOf('links', 'd', server({ digest: 'd', works: [{ ...raw, link: 'javascript:alert(1)', image: '//evil.example/a.png' }] }));
  expect(works.all[0]).toMatchObject({ link: '', image: '' });
});

// C6
test('a picture that is not on this server is none', async () => {
  const images = ['https://museum.example/a.jpg', '/\\museum.example/a.jpg', 'a.jpg', '/images/a'];
  const works = await worksOf('own', 'd', server({ digest: 'd', works: images.map((image, i) => ({ ...raw, id: `w${i}`, image })) }));
  expect(works.all.map(({ image }) => image)).toEqual(['', '', '', '/images/a']);
});

test('search folds capitals and accents and takes the words in any order', () => {
  const work = (title: string, artist: string) => ({ title, artist }) as Work;
  const works = [work('Die Wäscherin', 'Émile Bernard'), work('A Goblet', 'Unknown')];
  expect(find(works, 'bernard WASCH')).toEqual([works[0]]);
  expect(find(works, '  ')).toBe(works);
  expect(find(works, 'goblet bernard')).toEqual([]);
});
