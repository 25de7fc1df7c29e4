import type { Finding } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { judgeScene } from "./judge-scene.ts";
import { type Played, playScene } from "./play-scene.ts";
import { PLANNED_CHANGES } from "@netchecker/simulator/changes/planned-changes";
import type { ChangeScene } from "@netchecker/simulator/changes/script";
import { UNANNOUNCED_CHANGES } from "@netchecker/simulator/changes/unannounced-changes";

function sceneOf(scenes: readonly ChangeScene[], name: string): ChangeScene {
  return scenes.find((scene) => scene.name === name)!;
}

/** A played scene in which netchecker told this instead, in every round that `tells` picks. */
function toldInstead(
  played: Played,
  finding: Partial<Finding>,
  tells: (id: number) => boolean = () => true,
): Played {
  const told = {
    id: "told",
    kind: "node-down",
    severity: "critical",
    state: "ongoing",
    planned: false,
    nodes: played.nodes.map(({ simulated }) => simulated.name),
    peers: [],
    direction: null,
    target: null,
    summary: "told",
    ...finding,
  } as unknown as Finding;
  const rounds = played.rounds.map((round) => ({
    ...round,
    findings: tells(round.round.head.id)
      ? [{ ...told, lastSeen: { round: round.round.head.id, at: "" } }]
      : [],
  }));
  return { ...played, rounds };
}

const drained = playScene(sceneOf(PLANNED_CHANGES, "drain"), 1);
/** The first whose nodes stay dead. */
const dead = Array.from({ length: 20 }, (_, seed) =>
  playScene(sceneOf(UNANNOUNCED_CHANGES, "node dies"), seed + 1),
).find(({ troubles }) => troubles.every(({ overAt }) => overAt === Infinity))!;
const begins = Math.min(...dead.troubles.map(({ from }) => from));
const isOver = (id: number) => closedAtOf(dead, id) > begins;

describe("judgeScene", () => {
  it("takes any alarm of a planned change for a false one, and only alarms", () => {
    expect(judgeScene(toldInstead(drained, {}))).toMatchObject({ what: "false alarm", round: 1 });
    for (const quiet of [
      { severity: "info" as const },
      { planned: true },
      { state: "recovered" as const },
    ])
      expect(judgeScene(toldInstead(drained, quiet))).toBeNull();
  });

  it("wants a dead node told from the first full round on, critical and by its name", () => {
    expect(judgeScene(toldInstead(dead, {}, isOver))).toBeNull();
    const missed = { what: "missed" };
    expect(judgeScene(toldInstead(dead, {}, () => false))).toMatchObject(missed);
    expect(judgeScene(toldInstead(dead, { severity: "warning" }, isOver))).toMatchObject(missed);
    expect(judgeScene(toldInstead(dead, { kind: "pong" }, isOver))).toMatchObject(missed);
    expect(judgeScene(toldInstead(dead, {}, (id) => isOver(id) && id < 8))).toMatchObject(missed);
  });

  it("takes an alarm about another node, or about all of them, for untrue", () => {
    const about = new Set(dead.nodes.map(({ simulated }) => simulated.name));
    const { name } = dead.cluster.nodes.find((node) => !about.has(node.name))!;
    const untrue = { what: "untrue" };
    expect(judgeScene(toldInstead(dead, { nodes: [name] }, isOver))).toMatchObject(untrue);
    expect(judgeScene(toldInstead(dead, { nodes: [] }, isOver))).toMatchObject(untrue);
  });

  it("takes an alarm that stays after its end for too long", () => {
    const switched = playScene(sceneOf(UNANNOUNCED_CHANGES, "switched off"), 3);
    const fault = judgeScene(
      toldInstead(switched, {}, (id) => closedAtOf(switched, id) > firstOf(switched)),
    );
    expect(fault).toMatchObject({ what: "outlives its end" });
  });
});

function closedAtOf({ rounds }: Played, id: number): number {
  return rounds.find(({ round }) => round.head.id === id)!.closedAt;
}

function firstOf({ troubles }: Played): number {
  return Math.min(...troubles.map(({ from }) => from));
}
