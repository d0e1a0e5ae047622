/**
 * Every word on every page. A language is a folder beside texts/en with the same keys, named in `LANGUAGES`; numbers choose
 * their form by the language's own plural rules (`people.one`, `people.other`, ...). English comes with the page and stands
 * in until, and wherever, another is not there; the others are fetched when somebody reads them.
 */
import { createElement, Fragment, type ReactNode } from 'react';
import en from './texts/en';

type Catalogue = typeof en;
export type Key = keyof Catalogue;
/** What every language must say; of plurals, the general form: each language has others besides. */
type Spoken = { [K in Key as K extends `${string}.${'one' | 'two' | 'few' | 'many'}` ? never : K]: string };
type Counted = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;

/** Each with its own name for itself. A catalogue that lacks a key does not compile. */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr', load: async (): Promise<Spoken> => en },
  fr: { name: 'Français', direction: 'ltr', load: async (): Promise<Spoken> => (await import('./texts/fr')).default },
  ar: { name: 'العربية', direction: 'rtl', load: async (): Promise<Spoken> => (await import('./texts/ar')).default },
} as const;
export type Language = keyof typeof LANGUAGES;

export let language: Language = 'en';
let catalogue: Readonly<Record<string, string>> = en;
let plurals = new Intl.PluralRules(language);
let ordinals = new Intl.PluralRules(language, { type: 'ordinal' });
let numbers = new Intl.NumberFormat(language);

/** The first language that the reader asks for and we have; English else. */
export function chosen(asked: readonly string[]): Language {
  return asked.map((tag) => tag.slice(0, 2)).find((tag): tag is Language => tag in LANGUAGES) ?? 'en';
}

/** Speak this language from now on; what is on the page already keeps its words. Where it cannot be fetched, English. */
export async function speak(wanted: Language): Promise<void> {
  try {
    catalogue = await LANGUAGES[wanted].load();
    language = wanted;
  } catch (error) {
    console.warn(String(error));
    [catalogue, language] = [en, 'en'];
  }
  plurals = new Intl.PluralRules(language);
  ordinals = new Intl.PluralRules(language, { type: 'ordinal' });
  numbers = new Intl.NumberFormat(language);
}

export function say(key: Key, values: Readonly<Record<string, string>> = {}): string {
  return filled(catalogue[key] ?? en[key], values);
}

/** The form that fits `n`, with `{n}` written in the language's digits. */
export function count(stem: Counted, n: number): string {
  const form = catalogue[`${stem}.${plurals.select(n)}`] ?? catalogue[`${stem}.other`] ?? '';
  return filled(form, { n: numbers.format(n) });
}

/**
 * For a key that came from elsewhere: null where there are no words for it, or no value for one of their gaps. Numbers are
 * written in the language's digits, and `n` chooses the form.
 */
export function sayOf(key: string, values: Readonly<Record<string, string | number>>): string | null {
  const form = plurals.select(Number(values['n']));
  const template = catalogue[key] ?? catalogue[`${key}.${form}`] ?? catalogue[`${key}.other`];
  if (template === undefined || gapsOf(template).some((gap) => values[gap] === undefined)) return null;
  const written = Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? numbers.format(value) : value]);
  return filled(template, Object.fromEntries(written));
}

/** A part of 1 in percent, to a tenth, in the language's digits: "33.3". */
export function inPercent(part: number): string {
  return numbers.format(Math.round(part * 1000) / 10);
}

/** The same with the language's sign: "33.3%". */
export function percentOf(part: number): string {
  return say('percent', { n: inPercent(part) });
}

/** The form that fits the n-th of something. */
export function nth(stem: Counted, n: number): string {
  const form = catalogue[`${stem}.${ordinals.select(n)}`] ?? catalogue[`${stem}.other`] ?? '';
  return filled(form, { n: numbers.format(n) });
}

/** Several things in a row, as the language puts them. */
export function listed(things: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'unit' }).format(things);
}

/** A sentence with elements in its gaps, so that a title may be set in italics wherever a language puts it. */
export function sayWith(key: Key, parts: Readonly<Record<string, ReactNode>>): ReactNode {
  const pieces = say(key).split(/\{(\w+)\}/);
  return pieces.map((piece, i) => createElement(Fragment, { key: i }, i % 2 ? parts[piece] : piece));
}

/** What a sentence says before and after its gap: for ears, around words that eyes find without it. */
export function around(key: Key): readonly [before: string, after: string] {
  const [before = '', , after = ''] = say(key).split(/\{(\w+)\}/);
  return [before, after];
}

function gapsOf(template: string): readonly string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (gap, name: string) => values[name] ?? gap);
}
