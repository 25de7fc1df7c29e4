import { parseArgs } from "node:util";

/**
 * How the text of an option becomes a value. An option without `allowed` is a flag and takes no
 * text.
 */
export interface Option<T> {
  readonly allowed?: string;
  /** Returns null if the text is not allowed. */
  readonly read: (text: string) => T | null;
  readonly fallback: T;
  /** The option must be given. */
  readonly required?: boolean;
  /** The option may be given more than once. Its values are collected in one list. */
  readonly repeatable?: boolean;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

type ValuesOf<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never;
};

export interface TypedOptions<O extends Options> {
  readonly values: ValuesOf<O>;
  readonly positionals: readonly string[];
  /**
   * One sentence for each fault, with the option's name, its value and what is allowed. A faulty
   * option has its fallback as value.
   */
  readonly faults: readonly string[];
}

/**
 * Reads the arguments of a command line: the values of its options, the arguments that are no
 * options, and all faults.
 */
export function readOptions<const O extends Options>(
  args: readonly string[],
  options: O,
  mayHavePositionals = false,
): TypedOptions<O> {
  const isFlag = (name: string) => options[name]!.allowed === undefined;
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.keys(options).map((name) => [name, { type: isFlag(name) ? "boolean" : "string" }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const names = Object.keys(options).map((name) => `--${name}`);
  const list = names.join(", ") || "none";
  const faults: string[] = [];
  const positionals: string[] = [];
  const values = Object.fromEntries(
    Object.entries(options).map(([name, { fallback }]) => [name, fallback]),
  );
  const typed = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") {
      positionals.push(token.value);
      if (!mayHavePositionals)
        faults.push(`${JSON.stringify(token.value)} is no option; allowed: ${list}`);
    }
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    typed.add(name);
    if (!Object.hasOwn(options, name)) faults.push(`${rawName} is unknown; allowed: ${list}`);
    else if (isFlag(name))
      if (value === undefined) values[name] = true;
      else faults.push(`${rawName} takes no value`);
    else {
      const read = value === undefined ? null : options[name]!.read(value);
      if (read === null) faults.push(wrongValue(rawName, value, options[name]!.allowed!));
      else if (options[name]!.repeatable)
        values[name] = [...(values[name] as unknown[]), ...(read as unknown[])];
      else values[name] = read;
    }
  }
  for (const [name, { required, allowed = "" }] of Object.entries(options))
    if (required && !typed.has(name)) faults.push(wrongValue(`--${name}`, undefined, allowed));
  return { values: values as ValuesOf<O>, positionals, faults };
}

const wrongValue = (name: string, value: string | undefined, allowed: string) =>
  value === undefined
    ? `${name} has no value; allowed: ${allowed}`
    : `${name} is ${JSON.stringify(value)}; allowed: ${allowed}`;

export const flag: Option<boolean> = { read: () => true, fallback: false };

/** An option that may be given more than once. */
export const repeatable = <T>(
  allowed: string,
  read: (text: string) => T | null,
): Option<readonly T[]> => ({
  allowed,
  read(text) {
    const value = read(text);
    return value === null ? null : [value];
  },
  fallback: [],
  repeatable: true,
});

export const whole = <const F extends number | undefined>(
  min: number,
  max: number,
  fallback: F,
): Option<number | F> => ({
  allowed: `a whole number from ${min} to ${max}`,
  read: (text) => (/^\d+$/.test(text) && isWithin(Number(text), min, max) ? Number(text) : null),
  fallback,
});

/** Given in seconds; the value is in milliseconds. */
export const seconds = (min: number, max: number, fallback: number): Option<number> => ({
  allowed: `seconds from ${min} to ${max}`,
  read: (text) =>
    /^\d+(\.\d+)?$/.test(text) && isWithin(Number(text), min, max)
      ? Math.round(Number(text) * 1_000)
      : null,
  fallback: fallback * 1_000,
});

export const oneOf = <const T extends string>(
  choices: readonly T[],
  fallback: NoInfer<T>,
): Option<T> => ({
  allowed: choices.join(", "),
  read: (text) => choices.find((choice) => choice === text) ?? null,
  fallback,
});

const isWithin = (value: number, min: number, max: number) => value >= min && value <= max;
