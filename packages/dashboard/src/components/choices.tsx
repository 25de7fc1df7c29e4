interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly chosen: T;
  readonly choose: (to: T) => void;
}

/** A row of buttons of which one is chosen. */
export function Choices<T extends string>({ label, options, chosen, choose }: ChoicesProps<T>) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => choose(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
