import { chanceOfAtLeast } from "../evidence/binomial.ts";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED, WORKS } from "../evidence/outcome-state.ts";
import type { Steps } from "@netchecker/round/steps";
import { ATTEMPTS, hiddenShare, hidesLiveBackend } from "./backend-luck.ts";

/** What bad luck makes less often than this, it did not make. */
const MAX_CHANCE = 0.001;

/**
 * A NodePort leads to any backend, if its service has the policy `Cluster`: where one is on a broken node, the
 * NodePorts of all others fail now and then, and no node of those is to blame.
 */
export function* attributeNodePorts(evidence: Evidence, found: readonly Draft[]): Steps<void> {
  if (!found.some((cause) => !cause.planned)) return;
  for (const plane of evidence.planes) {
    if (plane.check !== "nodeport") continue;
    for (let b = 0; b < evidence.size; b += 1) {
      if (plane.column[b] === -1) continue;
      if (plane.columnFailed[b] === 0 && evidence.at(plane, b, b) !== FAILED) continue;
      yield;
      const hides = found.find((cause) => hidesLiveBackend(evidence, cause, b));
      if (!hides || hides.nodes.includes(b)) continue;
      const states = evidence.nodes.map((_, a) => evidence.at(plane, a, b));
      const failing = states.flatMap((state, a) => (state === FAILED ? [a] : []));
      if (failing.length === 0) continue;
      const known = states.filter((state) => state === FAILED || state === WORKS).length;
      const chance = hiddenShare(evidence, b) ** ATTEMPTS;
      if (chanceOfAtLeast(failing.length, known, chance) <= MAX_CHANCE) continue;
      for (const a of failing)
        evidence.claim(hides.claim, "node", a * plane.targets + plane.column[b]!);
    }
  }
}
