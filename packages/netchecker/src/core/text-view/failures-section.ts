import type { ClosedRound } from "@netchecker/round/closed-round";
import type { AskedTarget } from "@netchecker/round/plan";
import type { Steps } from "@netchecker/round/steps";
import { type FailureGroup, groupFailures } from "./group-failures.ts";
import { plural, whichOf } from "@netchecker/conclude/phrases";

/** For each check. */
const MAX_GROUPS = 12;

/** The failures, grouped by a shared target or a shared source. */
export function* failuresSection(round: ClosedRound): Steps<string[]> {
  const { groups, omitted } = yield* groupFailures(round, MAX_GROUPS);
  if (groups.length === 0) return [];
  return [
    "Failures",
    ...groups.map((group) => `  ${describe(round, group)}`),
    ...(omitted > 0 ? [`  … and ${plural(omitted, "failure")} more: see /results?ok=false`] : []),
  ];
}

const nameOf = ({ node, name }: AskedTarget) => node ?? name ?? "?";

function describe({ plan }: ClosedRound, group: FailureGroup): string {
  const target = (index: number) => plan.targets[group.type][index]!;
  const what = `${group.type} ${group.check}`;
  const why = group.reasons.join(", ");
  const count = `${group.others.length} of ${group.ofOthers}`;
  if (group.by === "to") {
    const { name, node, address } = target(group.index);
    const on = node && node !== name ? ` on ${node}` : "";
    const at = address && address !== name ? ` (${address})` : "";
    const nodes = plan.agents.map((agent) => agent.node);
    const from = group.others.map((index) => nodes[index]!);
    return `${what} to ${name}${on}${at}: ${why}; from ${count} nodes${whichOf(from, nodes)}`;
  }
  const all = plan.targets[group.type].filter(({ check }) => check === group.check).map(nameOf);
  const to = group.others.map((index) => nameOf(target(index)));
  return `${what} from ${plan.agents[group.index]!.node}: ${why}; to ${count}${whichOf(to, all)}`;
}
