import type { TSchema } from "typebox";
import { kindOf } from "../../faults/kinds.ts";
import type { FaultKind, FaultSpec } from "../../faults/fault.ts";
import {
  allowedBy,
  KIND_NAMES,
  optionName,
  parametersOf,
  readFault,
} from "../../faults/read-fault.ts";
import { type Command, EXIT, readOptions, UsageError } from "../command.ts";
import { parameterLines, specText, synopsis } from "./fault-text.ts";
import type { Option } from "@netchecker/runtime/options";
import { LabClient } from "../../namespaces/lab-client.ts";

export const breakCommand: Command = {
  summary: "break something, say `lab break node-3 pod-network --direction in`",
  usage: (args) => {
    const name = args.find((arg) => KIND_NAMES.includes(arg));
    return name === undefined ? GENERAL_USAGE : usageOf(name);
  },
  async run(args, { out }) {
    const spec = readSpec(args);
    const { id, spec: complete } = await LabClient.mustFind().ask("break", spec);
    out(`${id}: ${specText(complete)}`);
    out(`The next round shows it: \`pnpm lab results\`. \`pnpm lab heal ${id}\` heals it.`);
    return EXIT.fine;
  },
};

const GENERAL_USAGE = `Breaks something, until \`lab heal\`.

Usage: lab break KIND [NODE] [options], or lab break NODE KIND [options]
  KIND is ${KIND_NAMES.join(", ")}

\`lab faults\` says what each breaks, \`lab break KIND --help\` what it takes.
`;

function usageOf(name: string): string {
  const kind = kindOf(name);
  const lines = parameterLines(kind).map((line) => `  ${line}\n`);
  const usage = `Usage: lab break ${name} ${synopsis(kind)}`.trimEnd();
  return `${name}: ${kind.summary}.\n\n${usage}\n${lines.join("")}`;
}

/** What is typed → a fault that is right as far as its kind can tell. Throws a {@link UsageError}. */
export function readSpec(args: readonly string[]): FaultSpec {
  const at = args.findIndex((arg) => KIND_NAMES.includes(arg));
  if (at === -1) throw new UsageError([noKind(args)]);
  const name = args[at]!;
  const kind = kindOf(name);
  const others = args.toSpliced(at, 1);
  const { values, positionals } = readOptions(others, optionsOf(kind), true);
  const given = Object.fromEntries(
    parametersOf(kind)
      .map((parameter) => [parameter.name, values[optionName(parameter.name)]])
      .filter(([, value]) => value !== undefined),
  );
  const spec = { kind: name, ...placed(kind, name, positionals), ...given };
  try {
    return readFault(spec).spec;
  } catch (error) {
    throw new UsageError((error as Error).message.split("\n"));
  }
}

function noKind(args: readonly string[]): string {
  const firstOption = args.findIndex((arg) => arg.startsWith("-"));
  const alone = firstOption === -1 ? args : args.slice(0, firstOption);
  const typed = alone.find((arg) => !/^node-\d+$/.test(arg));
  const what =
    typed === undefined
      ? "No kind of fault is given"
      : `${JSON.stringify(typed)} is no kind of fault`;
  return `${what}; allowed: ${KIND_NAMES.join(", ")}`;
}

/** What stands alone is the node, or the nodes, of a kind that has such a parameter. */
function placed(
  kind: FaultKind,
  name: string,
  positionals: readonly string[],
): Record<string, unknown> {
  if (positionals.length === 0) return {};
  const takes = (parameter: string) => parametersOf(kind).some((each) => each.name === parameter);
  if (takes("nodes")) return { nodes: positionals.flatMap((text) => text.split(",")) };
  const [node, ...more] = positionals;
  if (!takes("node") || more.length > 0) {
    const extra = JSON.stringify(takes("node") ? more[0] : node);
    const number = takes("node") ? "one node" : "no node";
    throw new UsageError([`${extra} is too much: ${name} takes ${number}`]);
  }
  return { node };
}

const optionsOf = (kind: FaultKind): Record<string, Option<unknown>> =>
  Object.fromEntries(
    parametersOf(kind).map(({ name, schema }) => [optionName(name), optionOf(schema)]),
  );

/** Text becomes what the schema is about; whether it is allowed is asked later, of all parameters together. */
function optionOf(schema: TSchema): Option<unknown> {
  const { type } = schema as { type?: string };
  const allowed = allowedBy(schema);
  const read =
    type === "array"
      ? (text: string) => text.split(",")
      : type === "number" || type === "integer"
        ? (text: string) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text)
        : (text: string) => text;
  return { allowed, read, fallback: undefined };
}
