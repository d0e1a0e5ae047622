/** Puts a page into its document, with the language that its words are in. */
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { language } from '../texts';

export function mount(page: ReactNode): void {
  document.documentElement.lang = language;
  const root = document.getElementById('root');
  if (root) createRoot(root).render(page);
}
