/** Checks of single fields, for data that came from elsewhere. Each returns the value in its type, or throws Malformed. */

/** Something that is not what the wire or the API promises; the text says which field and what was found. */
export class Malformed extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(what, 'a map', value);
  return value as Fields;
}

export function list(value: unknown, what: string, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw wrong(what, `a list of at most ${most}`, value);
  return value;
}

export function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw wrong(what, 'text', value);
  return value;
}

export function textOrNull(value: unknown, what: string): string | null {
  return value === null || value === undefined ? null : text(value, what);
}

export function number(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(what, 'a finite number', value);
  return value;
}

/** A whole number from 0 to 2^53 - 1. */
export function whole(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(what, 'a whole number from 0 to 2^53 - 1', value);
  return value as number;
}

export function flag(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw wrong(what, 'true or false', value);
  return value;
}

export function bytes(value: unknown, what: string): Uint8Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array)) throw wrong(what, 'bytes', value);
  return value as Uint8Array<ArrayBuffer>;
}

export function oneOf<const T extends string>(value: unknown, what: string, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw wrong(what, `one of ${allowed.join(', ')}`, value);
  return value as T;
}

function wrong(what: string, expected: string, found: unknown): Malformed {
  const shown = Array.isArray(found) ? `a list of ${found.length}` : typeof found === 'object' && found ? 'a map' : String(found).slice(0, 40);
  return new Malformed(`${what} must be ${expected}; found ${shown}`);
}
