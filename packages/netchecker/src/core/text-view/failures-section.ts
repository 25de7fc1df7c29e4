import type { ClosedRound } from "../closed-round.ts";
import { type FailureGroup, groupFailures } from "./group-failures.ts";
import { listNames, plural } from "./phrases.ts";

const MOST_GROUPS = 12;

/** What failed, grouped by what is shared: a target, or a source. */
export function failuresSection(round: ClosedRound): string[] {
  const { groups, untold } = groupFailures(round, MOST_GROUPS);
  if (groups.length === 0) return [];
  return [
    "Failures",
    ...groups.map((group) => `  ${describe(round, group)}`),
    ...(untold > 0 ? [`  … and ${plural(untold, "failure")} more: see /results?ok=false`] : []),
  ];
}

function describe({ plan }: ClosedRound, group: FailureGroup): string {
  const target = (index: number) => plan.targets[group.type][index]!;
  const what = `${group.type} ${group.check}`;
  const why = group.reasons.join(", ");
  const count = `${group.others.length} of ${group.ofOthers}`;
  if (group.by === "to") {
    const { name, node, address } = target(group.index);
    const on = node && node !== name ? ` on ${node}` : "";
    const at = address && address !== name ? ` (${address})` : "";
    const from = group.others.map((index) => plan.agents[index]!.node);
    return `${what} to ${name}${on}${at}: ${why}; from ${count} nodes${some(from, group.ofOthers)}`;
  }
  const to = group.others.map((index) => target(index).node ?? target(index).name ?? "?");
  return `${what} from ${plan.agents[group.index]!.node}: ${why}; to ${count}${some(to, group.ofOthers)}`;
}

/** Names only where they add something: not when it is all of them. */
function some(all: readonly string[], of: number): string {
  return all.length === of ? "" : `: ${listNames(all)}`;
}
