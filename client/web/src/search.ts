/**
 * Asking the server about works: by words, by look, the way from one to another, and what was found here so far.
 *
 * Works come as ids; the page has their records (`works.ts`). Each call takes an AbortSignal, so that what is no longer
 * wanted stops, and rejects with `Refused`, whose message is a sentence for a person, or with the abort itself.
 *
 * - `new Asking(room)`: `words(query)`, `suggest(typed)`, `alike(to)`, `alikePicture(file)`, `path(from, to)`, `found()`.
 * - `FACETS`, `Query`, `Answer`: a search and what came of it. `wasAborted(error)`: nobody waits for this answer any more.
 */
import { roomApi } from './address';
import type { Portion } from './blend';
import { fields, list, number, text, textOrNull, whole } from './checks';
import { say } from './texts';
import { explained, refusal } from './told';

export const FACETS = ['department', 'culture', 'period', 'medium', 'artist', 'colour'] as const;
export type Facet = (typeof FACETS)[number];

/** `after`: where the last answer ended. */
export type Query = { words: string; chosen: Readonly<Partial<Record<Facet, string>>>; after?: string | null };
export type Answer = {
  total: number;
  works: readonly string[];
  /** Values with their counts, most first. */
  facets: Readonly<Partial<Record<Facet, readonly (readonly [value: string, count: number])[]>>>;
  /** Why there is nothing, or that not all was read, in the reader's language. */
  explained: string | null;
  after: string | null;
};
export type Suggestion = { text: string; kind: string; count: number };
export type Alike = { id: string; distance: number };
/** `guest`: the guess at the picture's own seed, which can be visited at once; where there is none, `why`. `closer`: null when
 * the guest draws the picture more exactly, or a sentence why it stays as it is. */
export type AlikePicture = { works: readonly Alike[]; guest: string | null; why: string | null; closer: Promise<string | null> };
export type Found = { id: string; times: number };

/** No answer; the message says why, as a person would, in the reader's language. */
export class Refused extends Error {}

/** Longest lists that are read: the server sends far less. */
const MOST = 100_000;
/** Works that one answer brings: some screens of a grid. */
const PAGE = 60;

export class Asking {
  readonly #api: string;

  constructor(
    room: string,
    private readonly get: typeof fetch = (...what) => fetch(...what),
  ) {
    this.#api = roomApi(room);
  }

  async words({ words, chosen, after }: Query, signal?: AbortSignal): Promise<Answer> {
    const asked = new URLSearchParams({ q: words, ...chosen, limit: String(PAGE), ...(after ? { after } : {}) });
    const body = await this.#ask(`search?${asked}`, signal);
    const facets = fields(body['facets'] ?? {}, 'facets');
    const counted = FACETS.map((facet) => [facet, list(facets[facet] ?? [], facet, MOST).map(readCount)] as const);
    return {
      total: whole(body['total'], 'total'),
      works: ids(body['works']),
      facets: Object.fromEntries(counted),
      explained: explained(body['reasons'], textOrNull(body['explained'], 'explained')),
      after: textOrNull(body['after'], 'after'),
    };
  }

  async suggest(typed: string, signal?: AbortSignal): Promise<readonly Suggestion[]> {
    const body = await this.#ask(`suggest?${new URLSearchParams({ q: typed })}`, signal);
    return list(body['suggestions'], 'suggestions', MOST).map((value) => {
      const one = fields(value, 'suggestion');
      return { text: text(one['text'], 'text'), kind: text(one['kind'], 'kind'), count: number(one['count'], 'count') };
    });
  }

  /** What looks like a work or a guest (its id), the present frame ('frame'), or a blend. */
  async alike(to: string | readonly Portion[], signal?: AbortSignal): Promise<readonly Alike[]> {
    const asked = typeof to === 'string' ? { to } : { works: to.map(([id, weight]) => `${id}*${weight}`).join(',') };
    return readAlike((await this.#ask(`similar?${new URLSearchParams(asked)}`, signal))['works']);
  }

  /** What looks like a picture of one's own. It is looked at and forgotten: the server keeps no picture. The signal also stops
   * the search for a closer guest, which goes on behind the answer. */
  async alikePicture(picture: Blob, signal?: AbortSignal): Promise<AlikePicture> {
    const lines = linesOf(await this.#get('similar', signal, { method: 'POST', body: picture }));
    const body = fields((await lines.next()).value, 'answer');
    const guest = textOrNull(body['guest'], 'guest');
    return {
      works: readAlike(body['works']),
      guest,
      why: guest ? null : refusal({ code: body['code'], error: body['why'] }),
      closer: guest ? readCloser(lines) : Promise.resolve(null),
    };
  }

  /** The way from one work to another through real neighbours, both ends in. */
  async path(from: string, to: string, signal?: AbortSignal): Promise<readonly string[]> {
    return ids((await this.#ask(`path?${new URLSearchParams({ from, to })}`, signal))['works']);
  }

  /** What this room has found, rarest first. */
  async found(signal?: AbortSignal): Promise<readonly Found[]> {
    const body = await this.#ask('found', signal);
    return list(body['found'], 'found', MOST).map((value) => {
      const one = fields(value, 'found');
      return { id: text(one['id'], 'id'), times: whole(one['times'], 'times') };
    });
  }

  async #ask(what: string, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#get(what, signal);
    return fields(await answer.json().catch(() => null), 'answer');
  }

  async #get(what: string, signal?: AbortSignal, init: RequestInit = {}): Promise<Response> {
    let answer: Response;
    try {
      answer = await this.get(`${this.#api}/${what}`, { ...init, ...(signal && { signal }) });
    } catch (error) {
      if (wasAborted(error)) throw error;
      throw new Refused(say('search.unreachable'), { cause: error });
    }
    if (answer.ok) return answer;
    throw new Refused(refusal(await answer.json().catch(() => null)) ?? say('search.failed'));
  }
}

/** True for what a signal stopped: there is nothing to say about it. */
export function wasAborted(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}

function ids(value: unknown): readonly string[] {
  return list(value, 'works', MOST).map((id) => text(id, 'work'));
}

async function readCloser(lines: AsyncGenerator<unknown>): Promise<string | null> {
  try {
    const told = fields((await lines.next()).value, 'answer');
    return told['refined'] === true ? null : (refusal({ code: told['code'], error: told['why'] }) ?? say('refused.not_refined'));
  } catch {
    return say('refused.not_refined'); // the connection ended before
  }
}

/** The lines of an answer, each a JSON value, as they come. */
async function* linesOf(answer: Response): AsyncGenerator<unknown> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (let ended = !reader; !ended; ) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    rest += decoder.decode(value, { stream: !done });
    const whole = rest.split('\n');
    rest = done ? '' : (whole.pop() ?? '');
    for (const line of whole) if (line) yield JSON.parse(line);
    ended = done;
  }
}

function readAlike(value: unknown): readonly Alike[] {
  return list(value, 'works', MOST).map((found) => {
    const one = fields(found, 'alike');
    return { id: text(one['id'], 'id'), distance: number(one['distance'], 'distance') };
  });
}

function readCount(value: unknown): readonly [string, number] {
  const [name, count] = list(value, 'facet value', 2);
  return [text(name, 'facet value'), whole(count, 'facet count')];
}
