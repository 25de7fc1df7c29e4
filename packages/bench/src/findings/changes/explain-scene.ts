import type { Finding } from "@netchecker/contract";
import { formatForm } from "@netchecker/simulator/expectation";
import { judgeScene } from "./judge-scene.ts";
import { type Played, type PlayedRound, playScene } from "./play-scene.ts";
import type { ChangeScene, Trouble } from "@netchecker/simulator/changes/script";

/** One draw of a scene in full: what was wrong when, what each round met, and what was told of it. */
export function explainScene(scene: ChangeScene, seed: number): string {
  const played = playScene(scene, seed);
  const { cluster, nodes, troubles, rounds } = played;
  const fault = judgeScene(played);
  return [
    `${scene.name}, seed ${seed}: ${cluster.nodes.length} nodes, ${cluster.zones} zones; about ${nodes.map(nameOf).join(", ")}`,
    ...troubles.map(explainTrouble),
    ...rounds.flatMap((round) => explainRound(round, played)),
    "",
    fault ? `Wrong in round ${fault.round}: ${fault.what}: ${fault.told}` : "All of it is right.",
  ].join("\n");
}

const nameOf = ({ simulated }: { simulated: { name: string } }) => simulated.name;

function clock(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(11, 21) : "never";
}

function explainTrouble({ as, nodes, from, easesAt, overAt }: Trouble): string {
  return `  ${clock(from)} ${as} ${nodes.map(nameOf).join(", ")}; eases ${clock(easesAt)}, over ${clock(overAt)}`;
}

function explainRound(
  { round, openedAt, closedAt, findings, view }: PlayedRound,
  { nodes }: Played,
): string[] {
  const about = new Set(nodes.map(nameOf));
  const planned = round.plan.agents.filter(({ node }) => about.has(node));
  const records = view.nodes.filter(({ name }) => about.has(name));
  const failed = Object.entries(round.summary).map(
    ([type, { failed: count }]) => `${type} ${count}`,
  );
  return [
    "",
    `round ${round.head.id}, ${clock(openedAt)} to ${clock(closedAt)}: ${failed.join(", ")} failed; missing: ${round.head.missing.map(({ node, why, planned: is }) => `${node} ${is ?? why}`).join(", ") || "nobody"}`,
    `  asked: ${planned.map(({ node, pod, absent, planned: is }) => `${node} ${pod} ${is ?? absent ?? "awaited"}`).join(", ")}`,
    `  at its close: ${records.map(({ name, readiness, cordoned }) => `${name} Ready=${readiness.status}${cordoned ? " cordoned" : ""}`).join(", ") || "none of them is there"}`,
    ...findings.map(explainFinding),
  ];
}

function explainFinding(finding: Finding): string {
  const { planned, severity, state, summary } = finding;
  return `  ${planned ? "planned" : severity}, ${state}: ${formatForm(finding)}\n    ${summary}`;
}
