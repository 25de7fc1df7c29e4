import type { Draft } from "../evidence/draft.ts";
import type { Steps } from "@netchecker/round/steps";

/** One node that fails inwards and outwards, found one after the other, has one fault: joins them in place. */
export function* mergeDirections(found: Draft[]): Steps<void> {
  for (let first = 0; first < found.length; first += 1) {
    const a = found[first]!;
    yield;
    const second = found.findIndex((b, index) => index > first && complements(a, b));
    if (second === -1) continue;
    const b = found[second]!;
    a.claim.join(b.claim);
    const contradictedBy = a.contradictedBy + b.contradictedBy;
    found[first] = { ...a, direction: "both", contradictedBy };
    found.splice(second, 1);
  }
}

function complements(a: Draft, b: Draft): boolean {
  if (a.kind !== b.kind || a.layer !== b.layer || a.planned || b.planned) return false;
  if (a.nodes.length !== 1 || a.nodes[0] !== b.nodes[0]) return false;
  if (a.peers.length > 0 || b.peers.length > 0 || a.family !== b.family) return false;
  return (
    `${a.direction} ${b.direction}` === "in out" || `${a.direction} ${b.direction}` === "out in"
  );
}
