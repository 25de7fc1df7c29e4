import type { Finding } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { finish, type Steps } from "@netchecker/round/steps";
import { seekCauses } from "./causes/find-causes.ts";
import type { FindingsMemory } from "./track/findings-memory.ts";
import { extendHistory } from "./evidence/latency-history.ts";
import { cameBack } from "./track/came-back.ts";
import { type ChangedFindings, trackFindings } from "./track/track-findings.ts";

export { decodeMemory, emptyMemory, type FindingsMemory } from "./track/findings-memory.ts";
export type { ChangedFindings } from "./track/track-findings.ts";

export interface Conclusion {
  /** Most severe first. */
  readonly findings: readonly Finding[];
  /** Hand this in with the next round. Store it, so that it outlives a restart. */
  readonly memory: FindingsMemory;
  readonly changed: ChangedFindings;
}

/** {@link concludeInSteps}, all steps at once. */
export function conclude(
  round: ClosedRound,
  view: ClusterView,
  memory: FindingsMemory,
): Conclusion {
  return finish(concludeInSteps(round, view, memory));
}

/** Finds out what is broken and since when. `view` is the cluster when the round closed. Pure. */
export function* concludeInSteps(
  round: ClosedRound,
  view: ClusterView,
  memory: FindingsMemory,
): Steps<Conclusion> {
  const causes = yield* seekCauses(round, view, memory.latency, cameBack(memory, view));
  const latency = yield* extendHistory(memory.latency, round);
  const noise = updateNoise(memory.noise, round, causes);
  const tracked = yield* trackFindings({ ...memory, noise }, causes, round.head, view);
  return { ...tracked, memory: { ...tracked.memory, latency } };
}

/** With this factor, about the last fifty rounds count. */
const NOISE_DECAY = 0.98;

/** Updates how many probes fail for no known reason. */
function updateNoise(
  noise: FindingsMemory["noise"],
  { summary }: ClosedRound,
  causes: readonly { kind: string; evidence: { explains: number } }[],
): FindingsMemory["noise"] {
  const counts = Object.values(summary);
  const of = counts.reduce((sum, { ok, failed }) => sum + ok + failed, 0);
  const unexplained = causes.find(({ kind }) => kind === "unexplained");
  return {
    failed: noise.failed * NOISE_DECAY + (unexplained?.evidence.explains ?? 0),
    of: noise.of * NOISE_DECAY + of,
  };
}
