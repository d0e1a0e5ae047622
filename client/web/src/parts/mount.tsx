/** Puts a page into its document, in the reader's language: the one chosen before, else what the browser asks for. */
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { browser } from '../connection';
import { chosen, language, LANGUAGES, speak, type Language } from '../texts';

const KEY = 'genstudio:language';

/** `?lang=ar` on the address counts before all: a wall has no reader who could choose. */
export async function mount(page: () => ReactNode): Promise<void> {
  const told = new URLSearchParams(window.location.search).get('lang') ?? browser.recall(KEY);
  await speak(chosen([...(told ? [told] : []), ...navigator.languages]));
  document.documentElement.lang = language;
  document.documentElement.dir = LANGUAGES[language].direction;
  const root = document.getElementById('root');
  if (root) createRoot(root).render(page());
}

/** Remember this language on this device, and say everything anew in it. */
export function readIn(wanted: Language): void {
  browser.remember(KEY, wanted);
  window.location.reload();
}
