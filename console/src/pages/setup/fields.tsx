import { useState } from "react";

interface NumProps {
  readonly label: string;
  readonly value: number;
  readonly step: number;
  readonly onSet: (value: number) => void;
}

/** A number; while it is typed it may be none yet. */
export function Num({ label, value, step, onSet }: NumProps) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <label className="field">
      <span>{label}</span>
      <input
        type="number"
        step={step}
        value={typed ?? String(Math.round(value * 1000) / 1000)}
        onChange={(event) => {
          setTyped(event.target.value);
          if (event.target.value.trim() !== "" && Number.isFinite(event.target.valueAsNumber)) onSet(event.target.valueAsNumber);
        }}
        onBlur={() => setTyped(null)}
      />
    </label>
  );
}

interface WordsProps {
  readonly label: string;
  readonly value: string;
  readonly onSet: (value: string) => void;
}

/** Words that are taken when one is done with them: half a name is another name. */
export function Words({ label, value, onSet }: WordsProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const take = (): void => {
    if (typed !== null && typed.trim() !== "" && typed !== value) onSet(typed.trim());
    setTyped(null);
  };
  return (
    <label className="field">
      <span>{label}</span>
      <input
        value={typed ?? value}
        maxLength={100}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === "Enter") take();
          if (event.key === "Escape") setTyped(null);
        }}
      />
    </label>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onSet: (value: string) => void;
}

export function Choice({ label, value, options, onSet }: ChoiceProps) {
  const isKnown = options.some(([one]) => one === value);
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onSet(event.target.value)}>
        {!isKnown && <option value={value}>{value}</option>}
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
