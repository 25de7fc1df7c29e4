import type { Cause, Direction, FindingKind } from "@netchecker/contract";
import { JOINED_KINDS } from "@netchecker/conclude/causes";

/** A finding as the scores see it. */
export interface Form {
  readonly kind: FindingKind;
  readonly nodes: readonly string[];
  readonly peers: readonly string[];
  readonly direction: Direction | null;
  /** Compared for kinds that are about one target. */
  readonly target?: string;
  /** Kinds that the finding must name as well, because nothing tells them apart here. */
  readonly names?: readonly FindingKind[];
}

/** One cause that can be seen: the forms in which it counts as right, the plainest first. */
export interface Expected {
  readonly forms: readonly [Form, ...Form[]];
}

export function expecting(...forms: [Form, ...Form[]]): Expected {
  return { forms };
}

/** Findings of one round against what is to be seen in it. */
export interface Score {
  readonly missed: readonly Expected[];
  readonly extra: readonly Cause[];
}

export interface Visible {
  readonly expected: readonly Expected[];
  /** May be found or not: a consequence whose cause cannot be known from the evidence. */
  readonly tolerated: readonly Form[];
  /** Nodes that may be counted to a group or not: something of their own hides whether they belong. */
  readonly unclear: ReadonlySet<string>;
}

export function score(found: readonly Cause[], { expected, tolerated, unclear }: Visible): Score {
  const left = new Set(found.flatMap(unfold));
  const missed = expected.filter(({ forms }) => {
    const match = [...left].find((cause) => forms.some((form) => isForm(cause, form, unclear)));
    if (match) left.delete(match);
    return !match;
  });
  const extra = [...left].filter(
    (cause) => isAlarm(cause) && !tolerated.some((form) => isForm(cause, form, unclear)),
  );
  return { missed, extra };
}

/** A finding that tells of several agents at once says the same of each of them. */
function unfold(cause: Cause): Cause[] {
  return JOINED_KINDS.has(cause.kind)
    ? cause.nodes.map((node) => ({ ...cause, nodes: [node] }))
    : [cause];
}

/** What says that something is wrong: not what is shown for information, nor what stays open. */
function isAlarm({ severity, planned, kind }: Cause): boolean {
  return severity !== "info" && !planned && kind !== "unexplained";
}

function isForm(cause: Cause, form: Form, unclear: ReadonlySet<string>): boolean {
  const named = new Set([cause.kind, ...cause.candidates]);
  return (
    (cause.kind === form.kind ||
      (cause.kind === "undetermined" && cause.candidates.includes(form.kind))) &&
    (form.names ?? []).every((kind) => named.has(kind)) &&
    (form.target === undefined || cause.target === form.target) &&
    (isPlace(cause, form, NOBODY) ||
      (isOfGroups(form) &&
        (isPlace(cause, form, unclear) ||
          (sidesMayChange(form, unclear) && isPlace(cause, otherWay(form), unclear)))))
  );
}

type Place = Pick<Form, "nodes" | "peers" | "direction">;

const NOBODY: ReadonlySet<string> = new Set();

function isPlace(cause: Place, form: Place, without: ReadonlySet<string>): boolean {
  return (
    cause.direction === form.direction &&
    same(cause.nodes, form.nodes, without) &&
    same(cause.peers, form.peers, without)
  );
}

export function isOfGroups({ nodes, peers }: Place): boolean {
  return nodes.length > 1 && peers.length > 1;
}

/** Which group is the smaller one may depend on who is counted to it. */
function sidesMayChange({ nodes, peers }: Place, unclear: ReadonlySet<string>): boolean {
  const open = [...nodes, ...peers].filter((name) => unclear.has(name)).length;
  return peers.length - nodes.length <= open && open > 0;
}

function otherWay({ nodes, peers, direction }: Place): Place {
  const turned = { in: "out", out: "in", both: "both" } as const;
  return { nodes: peers, peers: nodes, direction: direction && turned[direction] };
}

function same(a: readonly string[], b: readonly string[], without: ReadonlySet<string>): boolean {
  const [ofA, ofB] = [a, b].map((names) => names.filter((name) => !without.has(name)));
  return ofA!.length === ofB!.length && ofA!.every((item, index) => item === ofB![index]);
}

/** As a line: `route node-3 → node-9 out`. */
export function formatForm({
  kind,
  nodes,
  peers,
  direction,
  target,
}: Omit<Form, "target"> & { readonly target?: string | null }): string {
  const list = (names: readonly string[]) =>
    names.length > 4 ? `${names.slice(0, 3).join(",")},…(${names.length})` : names.join(",");
  const where = nodes.length === 0 ? "everywhere" : list(nodes);
  const other = peers.length === 0 ? "" : ` | ${list(peers)}`;
  return `${kind} ${where}${other}${direction ? ` ${direction}` : ""}${target ? ` ${target}` : ""}`;
}
