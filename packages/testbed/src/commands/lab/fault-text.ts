import type { ActiveFault } from "../../faults/active-faults.ts";
import type { FaultKind, FaultSpec } from "../../faults/fault.ts";
import { allowedBy, optionName, parametersOf } from "../../faults/read-fault.ts";

const MAX_LINE = 110;

/** A fault as it is typed. */
export function specText({ kind, ...parameters }: FaultSpec): string {
  const options = Object.entries(parameters).map(
    ([name, value]) => ` --${optionName(name)} ${String(value)}`,
  );
  return `${kind}${options.join("")}`;
}

/** What is broken now, a line each. */
export const activeLines = (faults: readonly ActiveFault[]): string[] =>
  faults.map(({ id, spec, since }) => `${id.padEnd(4)}  since ${clock(since)}  ${specText(spec)}`);

/** Of a time in ISO 8601, UTC as in netchecker's own views. */
const clock = (iso: string) => `${iso.slice(11, 19)}Z`;

/** All that a kind takes, on one line: `--node NODE [--direction in|out|both]`. */
export const synopsis = (kind: FaultKind): string =>
  parametersOf(kind)
    .map(({ name, schema, mustBeGiven }) => {
      const { enum: choices } = schema as { enum?: readonly string[] };
      const value = choices?.join("|") ?? optionName(name).toUpperCase();
      const option = `--${optionName(name)} ${value}`;
      return mustBeGiven ? option : `[${option}]`;
    })
    .join(" ");

/** What each of a kind's parameters may be and means, aligned. */
export function parameterLines(kind: FaultKind): string[] {
  const parameters = parametersOf(kind);
  const width = Math.max(...parameters.map(({ name }) => optionName(name).length));
  return parameters.flatMap(({ name, schema, fallback, description }) => {
    const allowed = allowedBy(schema);
    const otherwise = fallback === undefined ? "" : ` (default ${String(fallback)})`;
    const line = `--${optionName(name).padEnd(width)}  ${allowed}${otherwise}`;
    if (description === undefined || description === allowed) return [line];
    if (line.length + description.length < MAX_LINE) return [`${line}: ${description}`];
    return [line, `${" ".repeat(width + 4)}${description}`];
  });
}
