/**
 * Every word on every page, from one catalogue. A language is one JSON file beside en.json with the same keys, named in
 * `CATALOGUES`; numbers choose their form by the language's own plural rules (`people.one`, `people.other`, ...).
 */
import { createElement, Fragment, type ReactNode } from 'react';
import en from './texts/en.json';

type Catalogue = typeof en;
export type Key = keyof Catalogue;
type Counted = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;

const CATALOGUES: Readonly<Record<string, Catalogue>> = { en };

export const language = chosen(navigator.languages);
const catalogue: Readonly<Record<string, string>> = CATALOGUES[language] ?? en;
const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language);

/** The first language that the reader asks for and we have; English else. */
export function chosen(asked: readonly string[]): string {
  return asked.map((tag) => tag.slice(0, 2)).find((tag) => tag in CATALOGUES) ?? 'en';
}

export function say(key: Key, values: Readonly<Record<string, string>> = {}): string {
  return filled(catalogue[key] ?? en[key], values);
}

/** The form that fits `n`, with `{n}` written in the language's digits. */
export function count(stem: Counted, n: number): string {
  const form = catalogue[`${stem}.${plurals.select(n)}`] ?? catalogue[`${stem}.other`] ?? '';
  return filled(form, { n: numbers.format(n) });
}

/** A sentence with elements in its gaps, so that a title may be set in italics wherever a language puts it. */
export function sayWith(key: Key, parts: Readonly<Record<string, ReactNode>>): ReactNode {
  const pieces = say(key).split(/\{(\w+)\}/);
  return pieces.map((piece, i) => createElement(Fragment, { key: i }, i % 2 ? parts[piece] : piece));
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (gap, name: string) => values[name] ?? gap);
}
