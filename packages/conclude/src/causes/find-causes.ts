import type { Cause } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { agentCauses } from "./agent-causes.ts";
import { answererCauses } from "./answerer-causes.ts";
import { busyPongs } from "./busy-pongs.ts";
import { judgeByChance } from "../evidence/chance.ts";
import { bySeverity } from "../by-severity.ts";
import { attributeNodePorts } from "./attribute-node-ports.ts";
import { attributeDns } from "./attribute-dns.ts";
import { dnsCauses } from "./dns-causes.ts";
import type { Draft } from "../evidence/draft.ts";
import { egressCauses } from "./egress-causes.ts";
import { Evidence } from "../evidence/evidence.ts";
import { everywhereCauses } from "./everywhere-causes.ts";
import { groupCauses } from "./group-causes.ts";
import { joinAlike } from "./join-alike.ts";
import type { LatencyHistory } from "../evidence/latency-history.ts";
import { LATE_RULES } from "./late-rules.ts";
import { leftOutCauses } from "./left-out-causes.ts";
import { leftoverCauses } from "./leftover-causes.ts";
import { lossCauses } from "./loss-causes.ts";
import { mergeDirections } from "./merge-directions.ts";
import { mtuCauses } from "./mtu-causes.ts";
import { neverReadyCauses } from "./never-ready-causes.ts";
import { nodeCauses } from "./node-causes.ts";
import { notReadyCauses } from "./not-ready-causes.ts";
import { admitOtherChecks } from "./other-checks.ts";
import { pairCauses } from "./pair-causes.ts";
import { plannedCauses } from "./planned-causes.ts";
import { proberCauses } from "./prober-causes.ts";
import { serviceCauses } from "./service-causes.ts";
import { mayBeApart, silentGroups } from "./silent-groups.ts";
import { slowCauses } from "./slow-causes.ts";
import { toCause } from "../say/to-cause.ts";
import { Topology } from "../evidence/topology.ts";
import { finish, type Steps } from "@netchecker/round/steps";

/** {@link seekCauses} at one go. */
export function findCauses(
  round: ClosedRound,
  view: ClusterView,
  history: LatencyHistory,
  cameBack?: ReadonlySet<string>,
): Cause[] {
  return finish(seekCauses(round, view, history, cameBack));
}

/**
 * One round → its causes, most severe first. Pure. A greedy cover: planned before unplanned, the prober
 * before what it probed, all before groups before nodes before pairs, the layer below before the one
 * above. Each cause takes the failures that it explains out of the evidence for the next. `cameBack`: nodes
 * that were down or have booted since the round before.
 */
export function* seekCauses(
  round: ClosedRound,
  view: ClusterView,
  history: LatencyHistory,
  cameBack?: ReadonlySet<string>,
): Steps<Cause[]> {
  const evidence = yield* Evidence.of(round, view, cameBack);
  const topology = new Topology(view, evidence.nodes);
  const found: Draft[] = [
    ...(yield* plannedCauses(evidence)),
    ...leftOutCauses(evidence, topology),
    ...(yield* neverReadyCauses(evidence)),
    ...(yield* proberCauses(evidence)),
  ];
  const add = (drafts: readonly Draft[]) => found.push(...drafts);
  add(yield* answererCauses(evidence));
  add(yield* everywhereCauses(evidence));
  add(yield* silentGroups(evidence, topology));
  add(yield* nodeCauses(evidence, "certain"));
  add(judgeByChance(evidence, yield* groupCauses(evidence)));
  add(yield* nodeCauses(evidence, "strict"));
  add(yield* mtuCauses(evidence, topology));
  add(yield* nodeCauses(evidence, "lenient"));
  yield* mergeDirections(found);
  add(yield* busyPongs(evidence));
  add(yield* lossCauses(evidence, found));
  add(yield* pairCauses(evidence));
  yield* attributeNodePorts(evidence, found);
  yield* attributeDns(evidence, found);
  add(yield* serviceCauses(evidence, found));
  add(dnsCauses(evidence, found));
  yield;
  add(egressCauses(evidence, found));
  add(yield* notReadyCauses(evidence, found));
  add(agentCauses(evidence));
  add(yield* slowCauses(evidence, topology, history, found));
  const judged = judgeByChance(evidence, mayBeApart(evidence, found));
  yield* admitOtherChecks(evidence, judged);
  for (const rule of LATE_RULES) judged.push(...(yield* rule(evidence, judged)));
  const causes: Cause[] = [];
  for (const cause of joinAlike([...judged, ...(yield* leftoverCauses(evidence))])) {
    yield;
    causes.push(toCause(evidence, topology, cause));
  }
  return causes.toSorted(bySeverity);
}
