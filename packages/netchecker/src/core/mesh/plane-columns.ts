import { type MeshPlane, TARGET_TYPES } from "@netchecker/contract";
import { addressFamily } from "@netchecker/round/address-family";
import { nodeIndex } from "@netchecker/round/node-index";
import type { AskedTarget, RoundPlan } from "@netchecker/round/plan";

/** A plane of the mesh: its type, check and family, and the targets that are its columns. */
export interface PlaneColumns extends Pick<MeshPlane, "type" | "check" | "family" | "targets"> {
  /** By column: the position among the round's targets of the type. */
  readonly columns: Uint32Array;
}

/** One plane for each combination of type, check and family in a round. Its columns are in the order of the nodes. */
export function planeColumns(plan: RoundPlan): PlaneColumns[] {
  const { byName } = nodeIndex(plan);
  const place = ({ node }: AskedTarget) => byName.get(node ?? "") ?? null;
  return TARGET_TYPES.flatMap((type) => {
    const targets = plan.targets[type].map((target, index) => ({ target, index }));
    return [...Map.groupBy(targets, planeKeys(plan.targets[type])).values()].map((group) => {
      const ordered = group.toSorted(
        (a, b) => (place(a.target) ?? -1) - (place(b.target) ?? -1) || a.index - b.index,
      );
      return {
        type,
        check: group[0]!.target.check,
        family: addressFamily(group[0]!.target.address),
        targets: ordered.map(({ target }) => {
          const { name, address, planned } = target;
          return { node: place(target), name, address, planned };
        }),
        columns: Uint32Array.from(ordered, ({ index }) => index),
      };
    });
  });
}

/**
 * A target without an address has no family either. It goes into the first plane of its check, so that a node
 * without a pong is a gap there and not a plane of its own.
 */
function planeKeys(targets: readonly AskedTarget[]) {
  const keyOf = ({ check, address }: AskedTarget) => `${check} ${addressFamily(address)}`;
  const first = new Map<string, string>();
  for (const target of targets)
    if (target.address !== null && !first.has(target.check)) first.set(target.check, keyOf(target));
  return ({ target }: { target: AskedTarget }) =>
    (target.address === null ? first.get(target.check) : undefined) ?? keyOf(target);
}
