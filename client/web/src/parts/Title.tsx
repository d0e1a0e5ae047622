/** A work's title. A record does not tell its language: it is neither the page's nor read in the page's direction. */
export function Title({ children }: { children: string }) {
  return (
    <cite lang="" dir="auto">
      {children}
    </cite>
  );
}
