/** Whether the reader has asked their system for less motion. Asked anew each time: the setting may change under a wall. */
export function still(): boolean {
  return window.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false;
}
