/**
 * What the server has to say, in the reader's language: it sends a code with values beside each of its sentences, and the
 * catalogue (`texts/{language}/told.json`) has words for the codes. For one that is not there the server's sentence stands.
 *
 * - `explained(reasons, sentence)`: why a search found nothing. `refusal(body)`: why there is no answer.
 * - `fault(code, room, sentence)`: why a visit ended, or has no place yet.
 */
import { fields, type Fields } from './checks';
import { listed, say, sayOf } from './texts';

/** All reasons, or if one of them is not known the server's own words for all. */
export function explained(reasons: unknown, sentence: string | null): string | null {
  if (!Array.isArray(reasons) || reasons.length === 0) return sentence;
  const said = reasons.map((value) => {
    const reason = fields(value, 'reason');
    return sayOf(`why.${reason['why']}`, written(reason));
  });
  return said.includes(null) ? sentence : said.join(' ');
}

/** Of the body of an answer that is none, or of one with a part missing; null where it says nothing at all. */
export function refusal(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { code, error, ...values } = body as Fields;
  return sayOf(`refused.${code}`, written(values)) ?? (typeof error === 'string' ? error : null);
}

export function fault(code: number, room: string, sentence: string | null): string | null {
  return sayOf(`fault.${code}`, { room: quoted(room) }) ?? sentence;
}

/** Texts are what somebody typed or a museum wrote, in quotes; but a facet has a name of ours. */
function written(values: Fields): Record<string, string | number> {
  const pairs = Object.entries(values).map(([name, value]): [string, string | number] => {
    if (typeof value === 'number') return [name, value];
    if (Array.isArray(value)) return [name, listed(value.map((one) => quoted(String(one))))];
    const ours = name === 'facet' ? sayOf(`facet.${value}`, {}) : null;
    return [name, quoted(ours ?? String(value))];
  });
  return Object.fromEntries(pairs);
}

const quoted = (text: string): string => say('quoted', { a: text });
