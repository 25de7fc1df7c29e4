import { parseArgs } from "node:util";
import { UsageError } from "./command.ts";

/** How an option's text becomes a value; without `allowed` it is a flag, which takes none. */
export interface Option<T> {
  readonly allowed?: string;
  /** Null where the text is not allowed. */
  readonly read: (text: string) => T | null;
  readonly fallback: T;
}

type Options = Readonly<Record<string, Option<unknown>>>;

type ValuesOf<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never;
};

interface Typed<O extends Options> {
  readonly values: ValuesOf<O>;
  readonly positionals: readonly string[];
}

/** What is typed → values, and what is no option. Throws a {@link UsageError} that names every fault. */
export function readOptions<const O extends Options>(
  args: readonly string[],
  options: O,
  mayHavePositionals = false,
): Typed<O> {
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
  for (const token of tokens) {
    if (token.kind === "positional") {
      positionals.push(token.value);
      if (!mayHavePositionals)
        faults.push(`${JSON.stringify(token.value)} is no option; allowed: ${list}`);
    }
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    if (!Object.hasOwn(options, name)) faults.push(`${rawName} is unknown; allowed: ${list}`);
    else if (isFlag(name))
      if (value === undefined) values[name] = true;
      else faults.push(`${rawName} takes no value`);
    else {
      const read = value === undefined ? null : options[name]!.read(value);
      if (read === null) faults.push(wrongValue(rawName, value, options[name]!.allowed!));
      else values[name] = read;
    }
  }
  if (faults.length > 0) throw new UsageError(faults);
  return { values: values as ValuesOf<O>, positionals };
}

const wrongValue = (name: string, value: string | undefined, allowed: string) =>
  value === undefined
    ? `${name} has no value; allowed: ${allowed}`
    : `${name} is ${JSON.stringify(value)}; allowed: ${allowed}`;

export const flag: Option<boolean> = { read: () => true, fallback: false };

export const whole = (min: number, max: number, fallback: number): Option<number> => ({
  allowed: `a whole number from ${min} to ${max}`,
  read: (text) => (/^\d+$/.test(text) && isWithin(Number(text), min, max) ? Number(text) : null),
  fallback,
});

/** Seconds as they are typed, milliseconds as they are read. */
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
