import { TARGET_TYPES, type TargetType } from "@netchecker/contract";
import type { RoundPlan } from "./plan.ts";

/** Where the nodes of a round are in its columns. A node has the index of its agent. */
export interface NodeIndex {
  readonly byName: ReadonlyMap<string, number>;
  /** By target: the index of the node that the target belongs to; -1 if it belongs to none. */
  readonly ofTargets: Readonly<Record<TargetType, Int32Array>>;
}

const cache = new WeakMap<RoundPlan, NodeIndex>();

/** The index of a plan's nodes. It is made once for each plan. */
export function nodeIndex(plan: RoundPlan): NodeIndex {
  const index = cache.get(plan) ?? makeIndex(plan);
  cache.set(plan, index);
  return index;
}

function makeIndex({ agents, targets }: RoundPlan): NodeIndex {
  const byName = new Map(agents.map(({ node }, index) => [node, index]));
  const indexOf = (type: TargetType) =>
    Int32Array.from(targets[type], ({ node }) => byName.get(node ?? "") ?? -1);
  const ofTargets = Object.fromEntries(TARGET_TYPES.map((type) => [type, indexOf(type)]));
  return { byName, ofTargets: ofTargets as Record<TargetType, Int32Array> };
}
