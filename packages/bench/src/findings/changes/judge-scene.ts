import type { Finding } from "@netchecker/contract";
import { formatForm } from "@netchecker/simulator/expectation";
import { INTERVAL_MS } from "@netchecker/simulator/round-times";
import type { Played, PlayedRound } from "./play-scene.ts";
import type { Trouble } from "@netchecker/simulator/changes/script";

export const FAULTS = ["false alarm", "missed", "outlives its end", "untrue"] as const;

/** The first thing that is wrong in a draw. */
export interface Fault {
  readonly what: (typeof FAULTS)[number];
  /** A round's id. */
  readonly round: number;
  readonly told: string;
}

function isAlarm({ severity, planned, state }: Finding): boolean {
  return severity !== "info" && !planned && state !== "recovered";
}

/** What netchecker told of a scene, against what was the case. Null where all of it is right. */
export function judgeScene({ nodes, troubles, rounds }: Played): Fault | null {
  const about = new Set(nodes.map(({ simulated }) => simulated.name));
  for (const [index, round] of rounds.entries()) {
    const { id } = round.round.head;
    const alarms = round.findings.filter(isAlarm);
    const now = troubles.filter((trouble) => mayBeTold(trouble, round));
    const fault = (what: Fault["what"], told: string): Fault => ({ what, round: id, told });
    if (now.length === 0 && alarms.length > 0) {
      const lasts = troubles.some(({ overAt }) => overAt <= round.openedAt);
      return fault(lasts ? "outlives its end" : "false alarm", alarms.map(say).join("; "));
    }
    for (const alarm of alarms) {
      const untrue = whyUntrue(alarm, round, about);
      if (untrue) return fault("untrue", `${untrue}: ${say(alarm)}`);
    }
    for (const trouble of now) {
      const missed = whatIsMissed(trouble, rounds.slice(0, index + 1), alarms);
      if (missed)
        return fault("missed", `${missed}; told: ${alarms.map(say).join("; ") || "nothing"}`);
    }
  }
  return null;
}

function mayBeTold({ from, overAt, mayLinger }: Trouble, { openedAt, closedAt }: PlayedRound) {
  return from <= closedAt && openedAt < overAt + mayLinger * INTERVAL_MS;
}

function mustBeTold({ from, easesAt }: Trouble, { openedAt, closedAt }: PlayedRound): boolean {
  return from <= openedAt && closedAt < easesAt;
}

const NAMES_A_DEAD_NODE: ReadonlySet<string> = new Set(["node-down", "node-cut-off"]);

function whyUntrue(
  { kind, nodes, severity, lastSeen }: Finding,
  { up, round }: PlayedRound,
  about: ReadonlySet<string>,
): string | null {
  // One that comes and goes is told for a while after it was last seen.
  if (lastSeen.round !== round.head.id) return null;
  const well = nodes.filter((node) => !about.has(node));
  if (well.length > 0) return `nothing is wrong with ${well.join(", ")}`;
  const answering = nodes.filter((node) => up.has(node));
  if (NAMES_A_DEAD_NODE.has(kind) && answering.length > 0)
    return `the machine of ${answering.join(", ")} is up and refuses what does not run`;
  return nodes.length === 0 && severity === "critical" ? "not everything is broken" : null;
}

function whatIsMissed(
  trouble: Trouble,
  rounds: readonly PlayedRound[],
  alarms: readonly Finding[],
): string | null {
  const { as, nodes } = trouble;
  if (!mustBeTold(trouble, rounds.at(-1)!)) return null;
  const names = nodes.map(({ simulated }) => simulated.name);
  const critical = alarms.filter(({ severity }) => severity === "critical");
  if (as === "group") {
    const one = critical.some(({ nodes: of, peers }) =>
      [of, peers].some((side) => names.every((name) => side.includes(name))),
    );
    return one ? null : `no critical finding names all of ${names.join(", ")}`;
  }
  if (as === "named") {
    const named = new Set(critical.flatMap(({ nodes: of, peers }) => [...of, ...peers]));
    const unnamed = names.filter((name) => !named.has(name));
    return unnamed.length === 0 ? null : `no critical finding names ${unnamed.join(", ")}`;
  }
  if (as === "unwell") {
    const met = rounds.slice(-3).filter((round) => mustBeTold(trouble, round)).length;
    const all = names.every((name) => alarms.some((alarm) => alarm.nodes.includes(name)));
    return met < 2 || all ? null : `no alarm names ${names.join(", ")}`;
  }
  const left = names.filter(
    (name) => !critical.some(({ kind, nodes: of }) => kind === "node-down" && of.includes(name)),
  );
  return left.length === 0 ? null : `no critical node-down names ${left.join(", ")}`;
}

function say(finding: Finding): string {
  return `${finding.severity} ${formatForm(finding)}: ${finding.summary}`;
}
