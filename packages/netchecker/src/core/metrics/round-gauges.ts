import { type Counts, type Finding, TARGET_TYPES } from "@netchecker/contract";
import { gauge, type MetricFamily, type Sample } from "@netchecker/contract/metrics";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { type NodeState, nodeStates } from "../node-states.ts";
import type { Steps } from "@netchecker/round/steps";

/** The node label of a finding about all nodes. No node can have this name. */
const EVERYWHERE = "*";

/** Series of the last round, at most one per node. A series per pair of nodes would be too many. Pure. */
export function* roundGauges(round: ClosedRound): Steps<MetricFamily[]> {
  const { head } = round;
  const states = yield* nodeStates(round);
  return [
    gauge(
      "netchecker_round_closed_timestamp_seconds",
      "When the last round was closed.",
      Date.parse(head.finishedAt!) / 1_000,
    ),
    gauge(
      "netchecker_agents_expected",
      "Agents that should report: one for each node that should run one.",
      head.expected,
    ),
    gauge(
      "netchecker_agents_ready",
      "Agents whose pod was ready when the last round was opened.",
      head.coverage.ready,
    ),
    gauge(
      "netchecker_agents_reported",
      "Agents that reported every type in the last round.",
      head.reported,
    ),
    gauge(
      "netchecker_agent_missing",
      "1 for each agent that the last round misses, by why, and whether a planned change explains it.",
      head.missing.map(({ node, why, planned }) => ({
        labels: { node, why, ...plannedLabels(planned !== null) },
        value: 1,
      })),
    ),
    gauge(
      "netchecker_finding",
      "How many findings of a kind and a severity concern a node now; node * is everywhere, or where findings are too many to be told one by one; planned is for a planned reason.",
      findingSamples(round),
    ),
    gauge(
      "netchecker_source_checks",
      "Checks by a node's agent in the last round, by result; planned is not ok for a planned reason.",
      states.flatMap(sourceSamples),
    ),
    gauge(
      "netchecker_destination_checks",
      "Checks of a node and its pong by all agents in the last round, by result.",
      states.flatMap(destinationSamples),
    ),
  ];
}

/**
 * The other side of a pair or of two groups. If nodes fell silent together, the other side is healthy and does not
 * count.
 */
function brokenPeers({ kind, candidates, peers }: Finding): readonly string[] {
  const isSilentSide = kind === "partition" && candidates.includes("node-down");
  return isSilentSide ? [] : peers;
}

/** Until 0.2 the label was called `expected`. For one release the series has both labels. */
function plannedLabels(planned: boolean) {
  return { planned: String(planned), expected: String(planned) };
}

function findingSamples({ findings }: ClosedRound): Sample[] {
  const samples = new Map<string, { labels: Sample["labels"]; value: number }>();
  for (const finding of findings) {
    const { state, planned, nodes, more } = finding;
    if (state === "recovered") continue;
    const concerned = new Set([...nodes, ...brokenPeers(finding)]);
    for (const { kind, severity, count } of more ?? [{ ...finding, count: 1 }])
      for (const node of concerned.size > 0 ? concerned : [EVERYWHERE]) {
        const labels = { kind, severity, node, ...plannedLabels(planned) };
        const key = Object.values(labels).join("\n");
        samples.set(key, { labels, value: (samples.get(key)?.value ?? 0) + count });
      }
  }
  return [...samples.values()];
}

const sourceSamples = ({ node, from }: NodeState): Sample[] =>
  TARGET_TYPES.flatMap((type) => resultSamples({ node, type }, from[type]));

const destinationSamples = ({ node, to }: NodeState): Sample[] =>
  (["pod", "node"] as const).flatMap((type) => resultSamples({ node, type }, to[type]));

const resultSamples = (labels: { node: string; type: string }, counts: Counts): Sample[] =>
  (["ok", "failed", "unknown", "planned"] as const).map((result) => ({
    labels: { ...labels, result },
    value: counts[result],
  }));
