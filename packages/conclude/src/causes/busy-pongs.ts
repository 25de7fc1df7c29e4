import type { Reason } from "@netchecker/contract";
import { Claim } from "../evidence/claim.ts";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED, WORKS } from "../evidence/outcome-state.ts";
import type { Steps } from "@netchecker/round/steps";
import type { Plane } from "../evidence/mesh-planes.ts";

/** Less of what is asked of a pong that goes wrong is no fault of its own to tell. */
const FEWEST = 3;
const SHARE = 0.1;
/** Of what goes wrong so much does so after the connection: packets that are lost spare no handshake. */
const MOSTLY = 0.8;
/** A process that is out of breath says so in an answer, or gives none: the connection is there. */
export const OF_PROCESS: ReadonlySet<Reason> = new Set(["bad_status", "response_timeout"]);
/** So many agents that reach it one way and not the other, at the same port of the same pod. */
const FEWEST_OF_TWO_MINDS = 2;

/**
 * Pongs that answer some and not others, whoever asks and on whichever way: their own node, which asks
 * over no network, an answer that says no, or agents that are answered on one way and not on the other show
 * that it is the process.
 */
export function* busyPongs(evidence: Evidence): Steps<Draft[]> {
  const planes = evidence.planes.filter(({ check }) => check !== "tcp");
  const drafts: Draft[] = [];
  for (let n = 0; n < evidence.size; n += 1) {
    if (!mayBeBusy(planes, n)) continue;
    yield;
    const { works, failed, ofProcess, own, says, ofTwoMinds } = tally(evidence, planes, n);
    if (failed < FEWEST || failed < SHARE * (failed + works)) continue;
    if (ofProcess < MOSTLY * failed) continue;
    if (!own && says < FEWEST && ofTwoMinds < FEWEST_OF_TWO_MINDS) continue;
    const claim = new Claim();
    for (const plane of planes)
      for (let a = 0; a < evidence.size; a += 1) evidence.explain(claim, plane, a, n);
    const told = {
      nodes: [n],
      layer: "process",
      claim,
      contradictedBy: works,
      fact: "busy",
    } as const;
    drafts.push(draft("pong", { ...told, failed, of: failed + works }));
  }
  return drafts;
}

/** By its peers' counts alone, which are at hand. */
function mayBeBusy(planes: readonly Plane[], n: number): boolean {
  const sum = (of: "columnFailed" | "columnWorks") =>
    planes.reduce((total, plane) => total + plane[of][n]!, 0);
  const failed = sum("columnFailed") + planes.length;
  return failed >= FEWEST && failed >= SHARE * (failed + sum("columnWorks"));
}

/**
 * What is asked of a node's pong, by any way: how much works, how much fails, whether its own node does, how
 * often it says no, and how many agents it answers on one way only, where each way fails for some.
 */
function tally(evidence: Evidence, planes: readonly Plane[], n: number) {
  let works = 0;
  let failed = 0;
  let ofProcess = 0;
  let own = false;
  let says = 0;
  const waysOf = new Map<number, Set<number>>();
  const failing = new Set<string>();
  for (const plane of planes) {
    if (plane.column[n] === -1) continue;
    for (let a = 0; a < evidence.size; a += 1) {
      const state = evidence.at(plane, a, n);
      if (state !== WORKS && state !== FAILED) continue;
      waysOf.set(a, (waysOf.get(a) ?? new Set()).add(state));
      if (state === WORKS) {
        works += 1;
        continue;
      }
      failed += 1;
      failing.add(plane.check);
      if (a === n) own = true;
      const cell = a * plane.targets + plane.column[n]!;
      const reason = evidence.reasonAt(plane.type, cell);
      if (OF_PROCESS.has(reason)) ofProcess += 1;
      if (reason === "bad_status") says += 1;
    }
  }
  const ofTwoMinds =
    failing.size > 1 ? [...waysOf.values()].filter(({ size }) => size > 1).length : 0;
  return { works, failed, ofProcess, own, says, ofTwoMinds };
}
