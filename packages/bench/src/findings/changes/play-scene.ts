import type { Finding } from "@netchecker/contract";
import { conclude, decodeMemory, emptyMemory } from "@netchecker/conclude";
import { type Cluster, drawCluster } from "@netchecker/simulator/cluster";
import { ControlPlane, type SimNode } from "@netchecker/simulator/kubernetes/control-plane";
import { Timeline } from "@netchecker/simulator/kubernetes/timeline";
import { type Moment, momentOf, worldBetween } from "@netchecker/simulator/kubernetes/world-of";
import { Random } from "@netchecker/simulator/random";
import { INTERVAL_MS, roundStart } from "@netchecker/simulator/round-times";
import { OpenRound, type SimulatedRound } from "@netchecker/simulator/simulate-round";
import { type ChangeScene, Script, type Trouble } from "@netchecker/simulator/changes/script";

/** A round waits so long for an agent that is silent. */
const TIMEOUT_MS = 45_000;
/** Rounds before anything happens. */
const CALM_ROUNDS = 2;
const SHARE_WITH_RESTART = 0.2;

export interface PlayedRound extends SimulatedRound {
  readonly openedAt: number;
  readonly closedAt: number;
  readonly findings: readonly Finding[];
  /** Nodes whose machine was up from its opening to its close: whatever does not run there is refused. */
  readonly up: ReadonlySet<string>;
}

export interface Played {
  readonly cluster: Cluster;
  /** The nodes that something happens to. */
  readonly nodes: readonly SimNode[];
  readonly troubles: readonly Trouble[];
  readonly rounds: readonly PlayedRound[];
}

/** A scene of a seed, round by round, through netchecker's own code. */
export function playScene(scene: ChangeScene, seed: number): Played {
  const random = new Random(seed, scene.name);
  const { cluster, about } = drawStage(scene, random);
  const timeline = new Timeline(roundStart(1) - 1_000);
  const absent = new Set(scene.about === "new" ? about : []);
  const plane = new ControlPlane(cluster, timeline, random, absent);
  const nodes = about.map((index) => plane.nodes[index]!);
  // At any time of an interval: before, in and after rounds.
  const startsAt = roundStart(1 + CALM_ROUNDS) + random.between(-5_000, INTERVAL_MS - 5_000);
  const script = new Script(plane, random, nodes, startsAt);
  scene.play(script);
  const rounds = playRounds(plane, random, scene.rounds + CALM_ROUNDS);
  return { cluster, nodes, troubles: script.troubles, rounds };
}

function drawStage(scene: ChangeScene, random: Random): { cluster: Cluster; about: number[] } {
  const size = random.pick(scene.sizes);
  const zones = scene.about === "zone" ? 3 : random.pick(size < 3 ? [1] : [1, 3]);
  const coming = scene.about === "new" ? 1 + random.int(Math.min(5, size)) : 0;
  const drawn = drawCluster(random, size + coming, zones);
  const all = drawn.nodes.map(({ index }) => index);
  const about = aboutWhich(scene.about, drawn, random, size);
  const not = new Set(about);
  const others = all.filter((index) => !not.has(index));
  const stays = others.length > 0 ? others : all;
  const cluster = {
    ...drawn,
    labelled: scene.about === "zone" || drawn.labelled,
    redisNode: random.pick(stays),
    netcheckerNode: random.pick(stays),
    dnsNodes: random.sample(stays, 2),
  };
  return { cluster, about };
}

function aboutWhich(
  about: ChangeScene["about"],
  { nodes }: Cluster,
  random: Random,
  size: number,
): number[] {
  const all = nodes.map(({ index }) => index);
  if (about === "all") return random.shuffled(all);
  if (about === "new") return all.slice(size);
  if (about === "most") return random.sample(all, Math.floor(size / 2) + 1);
  if (about === "zone") {
    const zone = random.int(3);
    return all.filter((index) => nodes[index]!.zone === zone);
  }
  const most = Math.min(3, Math.max(1, Math.floor(size / 3)));
  return random.sample(all, about === "one" ? 1 : 1 + random.int(most));
}

function playRounds(plane: ControlPlane, random: Random, count: number): PlayedRound[] {
  const netchecker = plane.nodes[plane.cluster.netcheckerNode]!;
  const restartsBefore = random.chance(SHARE_WITH_RESTART) ? random.int(count) : -1;
  const rounds: PlayedRound[] = [];
  let memory = emptyMemory();
  let isUp = true;
  for (let id = 1; id <= count; id += 1) {
    plane.timeline.advance(roundStart(id));
    const canRun = netchecker.machine && netchecker.network;
    // It takes a round to be back: its pod, Redis' pod, the lease.
    if (!canRun || !isUp || id === restartsBefore) {
      if (canRun) {
        // At an orderly end it stores what it has learned since the last round.
        const nodePasts = isUp ? plane.nodePasts() : memory.nodePasts;
        const stored = JSON.stringify(Object.assign(memory, { nodePasts }));
        memory = decodeMemory(stored);
        plane.watchAnew(memory.nodePasts);
      }
      isUp = canRun;
      if (!canRun || id !== restartsBefore) continue;
    }
    const played = playRound(plane, random, id, netchecker);
    if (!played) {
      isUp = false;
      continue;
    }
    const { findings, memory: next } = conclude(played.round, played.view, memory);
    memory = { ...next, nodePasts: plane.nodePasts() };
    rounds.push({ ...played, findings });
  }
  return rounds;
}

/** Null where netchecker's own node goes meanwhile: the round is abandoned. */
function playRound(
  plane: ControlPlane,
  random: Random,
  id: number,
  netchecker: SimNode,
): Omit<PlayedRound, "findings"> | null {
  const openedAt = plane.now;
  const round = new OpenRound(plane.cluster, id, openedAt, plane.view());
  const rows = [...round.plan.agents.entries()];
  let before = momentOf(plane);
  const opening = before;
  const step = (ms: number) => {
    plane.timeline.advance(plane.now + ms);
    const after = momentOf(plane);
    const lives = (pod: string) => before.running.has(pod) && after.running.has(pod);
    const probing = rows.filter(
      ([row, { pod }]) => pod !== null && lives(pod) && !round.hasReported(row),
    );
    if (probing.length > 0) {
      const during = round.during(worldBetween(plane, before, after, random));
      for (const [row] of probing) during.report(row, random);
    }
    before = after;
  };
  step(random.between(800, 4_000));
  while (!round.complete && plane.now < openedAt + TIMEOUT_MS)
    step(Math.min(1_000, openedAt + TIMEOUT_MS - plane.now));
  if (!netchecker.machine) return null;
  plane.timeline.advance(plane.now + random.between(20, 300));
  const up = upThroughout(plane, opening);
  return { ...round.close(plane.now, plane.view()), openedAt, closedAt: plane.now, up };
}

function upThroughout(plane: ControlPlane, opening: Moment): Set<string> {
  const { machines } = momentOf(plane);
  return new Set(
    plane.nodes.flatMap(({ simulated: { index, name } }) =>
      opening.machines[index] && machines[index] ? [name] : [],
    ),
  );
}
