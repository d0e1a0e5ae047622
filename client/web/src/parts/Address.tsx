/** An address as one reads and types it: no scheme, and broken, if it must be, only before its path. */

export function Address({ of }: { of: string }) {
  const [host = '', ...path] = of.replace(/^https?:\/\//, '').split('/');
  return (
    <span className="address">
      {host}
      <wbr />/{path.join('/')}
    </span>
  );
}
