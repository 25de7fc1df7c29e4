import { isStarting, type PlannedWhy } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { LEFT_OUT_WORDS } from "@netchecker/round/left-out-words";
import type { AskedAgent } from "@netchecker/round/plan";
import { digits, plural } from "../say/phrases.ts";
import { countChecks } from "./count-checks.ts";

/** Whether an agent or target is planned to be away. A starting one is planned, too, but expected to come. */
export function isLeaving(planned: PlannedWhy | null): boolean {
  return planned !== null && !isStarting(planned);
}

/** Agents that are starting and have not reported. */
export function startingAgents({ plan, head }: ClosedRound): AskedAgent[] {
  const absent = new Set(head.missing.map(({ node }) => node));
  return plan.agents.filter(({ planned, node }) => isStarting(planned) && absent.has(node));
}

/** Says which nodes are left out, which agents are being replaced and which are starting, as parts of a sentence. */
export function sayPlannedAgents(round: ClosedRound): string[] {
  const leaving = round.plan.agents.filter(({ planned }) => isLeaving(planned));
  const [nodes, agents] = [leaving.filter(isOfNode), leaving.filter((agent) => !isOfNode(agent))];
  const starting = startingAgents(round);
  const said: string[] = [];
  if (nodes.length > 0)
    said.push(
      `${digits(nodes.length)} of ${plural(round.head.expected, "node")} ${are(nodes.length)} left out: ${sayWhys(nodes)}`,
    );
  if (agents.length > 0)
    said.push(`${plural(agents.length, "agent")} ${are(agents.length)} being replaced`);
  if (starting.length > 0)
    said.push(
      `${plural(starting.length, "agent")} ${are(starting.length)} starting, and not measured yet`,
    );
  const planned = countChecks(round, "planned");
  if (said.length === 0 && planned > 0)
    said.push(`${plural(planned, "check")} failed as planned: pods were being replaced`);
  return said;
}

const are = (count: number) => (count === 1 ? "is" : "are");

const isOfNode = ({ planned }: AskedAgent): boolean => planned?.startsWith("node_") ?? false;

/** `cordoned`, or `3 cordoned, 1 being deleted`. */
function sayWhys(agents: readonly AskedAgent[]): string {
  const groups = [...Map.groupBy(agents, ({ planned }) => LEFT_OUT_WORDS[planned!] ?? planned!)];
  return groups
    .map(([why, { length }]) => (groups.length === 1 ? why : `${digits(length)} ${why}`))
    .join(", ");
}
