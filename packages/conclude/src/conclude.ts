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
  /** To be handed in with the next round, and to be kept over restarts. */
  readonly memory: FindingsMemory;
  readonly changed: ChangedFindings;
}

/** {@link concludeInSteps} at one go. */
export function conclude(
  round: ClosedRound,
  view: ClusterView,
  memory: FindingsMemory,
): Conclusion {
  return finish(concludeInSteps(round, view, memory));
}

/** A round, the cluster at its end, and what is remembered → what is broken, since when. Pure. */
export function* concludeInSteps(
  round: ClosedRound,
  view: ClusterView,
  memory: FindingsMemory,
): Steps<Conclusion> {
  const causes = yield* seekCauses(round, view, memory.latency, cameBack(memory, view));
  const latency = yield* extendHistory(memory.latency, round);
  const noise = fadeIn(memory.noise, round, causes);
  const tracked = yield* trackFindings({ ...memory, noise }, causes, round.head, view);
  return { ...tracked, memory: { ...tracked.memory, latency } };
}

/** The last fifty rounds or so count. */
const FADE = 0.98;

function fadeIn(
  noise: FindingsMemory["noise"],
  { summary }: ClosedRound,
  causes: readonly { kind: string; evidence: { explains: number } }[],
): FindingsMemory["noise"] {
  const counts = Object.values(summary);
  const of = counts.reduce((sum, { ok, failed }) => sum + ok + failed, 0);
  const unexplained = causes.find(({ kind }) => kind === "unexplained");
  return {
    failed: noise.failed * FADE + (unexplained?.evidence.explains ?? 0),
    of: noise.of * FADE + of,
  };
}
