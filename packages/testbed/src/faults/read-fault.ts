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
  return kind.effect(parameters);
}

function parameterFaults(kind: FaultKind, name: string, given: object): string[] {
  const { properties, required = [] } = kind.parameters as {
    properties: Record<string, TSchema>;
    required?: string[];
  };
  const names = Object.keys(properties);
  const list = names.map((each) => `--${optionName(each)}`).join(", ") || "none";
  const unknown = Object.keys(given).filter((each) => !names.includes(each));
  const wrong = names.flatMap((each) => {
    const schema = properties[each]!;
    const value = (given as Record<string, unknown>)[each];
    if (value === undefined)
      return required.includes(each) && !("default" in schema)
        ? [`--${optionName(each)} is missing; allowed: ${allowedBy(schema)}`]
        : [];
    return Value.Check(schema, value)
      ? []
      : [`--${optionName(each)} is ${JSON.stringify(value)}; allowed: ${allowedBy(schema)}`];
  });
  return [
    ...unknown.map((each) => `--${optionName(each)} is unknown to ${name}; allowed: ${list}`),
    ...wrong,
  ];
}

interface Described {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Described[];
  readonly const?: unknown;
  readonly items?: TSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

/** What a parameter may be, in words. */
export function allowedBy(schema: TSchema): string {
  const {
    type,
    enum: values,
    anyOf,
    const: only,
    items,
    minimum,
    maximum,
    description,
  } = schema as Described;
  if (values) return values.join(", ");
  if (anyOf) return anyOf.map((each) => allowedBy(each as TSchema)).join(", ");
  if (only !== undefined) return String(only);
  if (type === "array") return `one or more, with commas between: ${allowedBy(items!)}`;
  if (type === "boolean") return "true, false";
  if (type === "number" || type === "integer") {
    const what = type === "number" ? "a number" : "a whole number";
    return `${what}${minimum === undefined ? "" : ` from ${minimum}`}${maximum === undefined ? "" : ` to ${maximum}`}`;
  }
  return description ?? "text";
}
