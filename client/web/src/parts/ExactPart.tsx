/** A weight as a number in percent, every digit of it once somebody goes in; taken with Enter or on leaving, not with Escape. */
import { useState } from 'react';
import { exactPercent, weightIn } from '../blend';
import { around, inPercent } from '../texts';

type Props = { label: string; weight: number; disabled: boolean; set: (weight: number) => void };

export function ExactPart({ label, weight, disabled, set }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const [before, after] = around('percent');
  const take = () => {
    const wanted = typed === null ? null : weightIn(typed);
    if (wanted !== null && typed !== exactPercent(weight)) set(wanted);
    setTyped(null);
  };
  return (
    <label className="exact">
      <span aria-hidden="true">{before}</span>
      <input
        type="text"
        inputMode="decimal"
        value={typed ?? inPercent(weight)}
        disabled={disabled}
        aria-label={label}
        aria-invalid={typed !== null && weightIn(typed) === null}
        onFocus={(event) => {
          setTyped(exactPercent(weight));
          event.target.select();
        }}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') setTyped(exactPercent(weight));
        }}
      />
      <span aria-hidden="true">{after}</span>
    </label>
  );
}
