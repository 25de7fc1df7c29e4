import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import type { FaultKind, FaultSpec } from "./fault.ts";
import type { Effect } from "../expect/effect.ts";
import { FAULT_KINDS, kindOf } from "./kinds.ts";
import { TestbedError } from "../testbed-error.ts";

/** A fault whose kind is known and whose parameters are complete and right. */
export interface Fault {
  readonly kind: FaultKind;
  readonly spec: FaultSpec;
  readonly parameters: Record<string, unknown>;
}

export const KIND_NAMES: readonly string[] = Object.keys(FAULT_KINDS);

/** A parameter as it is typed: `delayMs` is `--delay-ms`. */
export const optionName = (parameter: string) =>
  parameter.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Fills in what is not given. Throws a {@link TestbedError} that names every parameter that is wrong, its value and what is allowed. */
export function readFault({ kind: name, ...given }: FaultSpec): Fault {
  const kind = kindOf(name);
  const faults = parameterFaults(kind, name, given);
  if (faults.length > 0) throw new TestbedError(faults.join("\n"));
  const parameters = Value.Default(kind.parameters, structuredClone(given)) as Fault["parameters"];
  return { kind, spec: { kind: name, ...parameters }, parameters };
}

/** What a correct product must see of a fault. Throws as {@link readFault} does. */
export function effectOf(spec: FaultSpec): Effect {
  const { kind, parameters } = readFault(spec);
  return kind.effect?.(parameters) ?? {};
}

/** What a kind takes, in the order of its schema. */
export function parametersOf(kind: FaultKind) {
  const { properties, required = [] } = kind.parameters as {
    properties: Record<string, TSchema & { default?: unknown; description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema,
    fallback: schema.default,
    description: schema.description,
    mustBeGiven: required.includes(name) && schema.default === undefined,
  }));
}

function parameterFaults(
  kind: FaultKind,
  name: string,
  given: Readonly<Record<string, unknown>>,
): string[] {
  const parameters = parametersOf(kind);
  const names = parameters.map((each) => each.name);
  const list = names.map((each) => `--${optionName(each)}`).join(", ") || "none";
  const unknown = Object.keys(given).filter((each) => !names.includes(each));
  const wrong = parameters.flatMap(({ name: each, schema, mustBeGiven }) => {
    const value = given[each];
    const option = `--${optionName(each)}`;
    if (value === undefined)
      return mustBeGiven ? [`${option} is missing; allowed: ${allowedBy(schema)}`] : [];
    return Value.Check(schema, value)
      ? []
      : [`${option} is ${JSON.stringify(value)}; allowed: ${allowedBy(schema)}`];
  });
  return [
    ...unknown.map((each) => `--${optionName(each)} is unknown to ${name}; allowed: ${list}`),
    ...wrong,
  ];
}

interface Described {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: TSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

/** What a parameter may be, in words. */
export function allowedBy(schema: TSchema): string {
  const { type, enum: values, items, minimum, maximum, description } = schema as Described;
  if (values) return values.join(", ");
  if (type === "array") return `one or more, with commas between: ${allowedBy(items!)}`;
  if (type === "number" || type === "integer") {
    const what = type === "number" ? "a number" : "a whole number";
    return `${what}${minimum === undefined ? "" : ` from ${minimum}`}${maximum === undefined ? "" : ` to ${maximum}`}`;
  }
  return description ?? "text";
}
