import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { cutsOff, hidesBackend, losesPackets, partsGroups } from "../evidence/hindrance.ts";
import { claimTargets, isEverywhere, targetsOf } from "../evidence/source-tallies.ts";
import type { Steps } from "@netchecker/round/steps";
import { askers, unanswered } from "./dns-answers.ts";
import { MOST_ALONE } from "./per-source.ts";

/** What DNS loses to causes that are known: agents that are cut off, and groups that are apart from its servers. */
export function* attributeDns(evidence: Evidence, found: readonly Draft[]): Steps<void> {
  const targets = targetsOf(evidence, "service", "dns");
  const take = (cause: Draft, sources: readonly number[]) =>
    claimTargets(evidence, cause.claim, "service", targets, sources);
  for (const n of unanswered(evidence, targets)) {
    yield;
    const cut = found.find((cause) => cutsOff(cause, n) || losesPackets(cause, n));
    if (cut) take(cut, [n]);
  }
  for (const groups of found.filter(partsGroups)) {
    yield;
    const open = unanswered(evidence, targets);
    const asked = askers(evidence);
    const cut = asked.filter((n) => hidesBackend(groups, n));
    const failing = open.filter((n) => hidesBackend(groups, n));
    // The servers are on one side at least: where both miss them, they are down.
    const both = [groups.nodes, groups.peers].every((side) => side.some((n) => asked.includes(n)));
    if (isEverywhere(failing.length, both ? asked.length : cut.length)) continue;
    // A few may as well have a fault of their own; that is said of them then.
    if (failing.length > MOST_ALONE || isEverywhere(failing.length, sideOf(cut, failing, groups)))
      take(groups, failing);
  }
}

/** How many agents are on those sides of two groups on which some find no DNS. */
function sideOf(cut: readonly number[], failing: readonly number[], { nodes, peers }: Draft) {
  const sides = [nodes, peers].filter((side) => failing.some((n) => side.includes(n)));
  return cut.filter((n) => sides.some((side) => side.includes(n))).length;
}
