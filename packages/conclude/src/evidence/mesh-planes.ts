import type { Check } from "@netchecker/contract";
import { familyOf, type IpFamily } from "@netchecker/round/cluster-view";
import type { RoundPlan } from "@netchecker/round/plan";

export const MESH_CHECKS = ["tcp", "nodeport", "echo"] as const;
export type MeshCheck = (typeof MESH_CHECKS)[number];
export type MeshType = "pod" | "node";

/**
 * One check in one address family between all nodes: node × node, itself included. A node that has
 * several targets of the kind (two pongs during a rollout) has the others in further planes.
 */
export interface Plane<C extends Check = MeshCheck> {
  readonly type: MeshType;
  readonly check: C;
  readonly family: IpFamily;
  /** By node: its target's index, or -1. */
  readonly column: Int32Array;
  /** The type's outcomes, agent by agent, and how many each has. */
  readonly states: Uint8Array;
  readonly targets: number;
  /** By node, without itself: outcomes that failed and are not explained yet, and those that work. */
  readonly rowFailed: Int32Array;
  readonly rowWorks: Int32Array;
  readonly columnFailed: Int32Array;
  readonly columnWorks: Int32Array;
}

/** The planes that a cause is looked for in: of all families, then of one alone. */
export interface Scope {
  /** Null: all of them. */
  readonly family: IpFamily | null;
  readonly planes: Readonly<Record<MeshCheck, readonly Plane[]>>;
}

export function meshPlanes<C extends Check>(
  plan: RoundPlan,
  agentOf: ReadonlyMap<string, number>,
  states: Readonly<Record<MeshType, Uint8Array>>,
  isMeant: (check: Check) => check is C,
): Plane<C>[] {
  const planes: Plane<C>[] = [];
  for (const type of ["node", "pod"] as const)
    for (const [index, { check, node, address }] of plan.targets[type].entries()) {
      const n = agentOf.get(node ?? "");
      if (n === undefined || address === null || !isMeant(check)) continue;
      const family = familyOf(address.slice(0, address.lastIndexOf(":")));
      const free = planes.find(
        (plane) => plane.check === check && plane.family === family && plane.column[n] === -1,
      );
      const common = { type, states: states[type], targets: plan.targets[type].length };
      const plane = free ?? { ...common, ...newPlane(check, family, plan.agents.length) };
      if (!free) planes.push(plane);
      plane.column[n] = index;
    }
  return planes;
}

export function scopesOf(planes: readonly Plane[]): Scope[] {
  const families = [...new Set(planes.map(({ family }) => family))];
  const scope = (family: IpFamily | null): Scope => {
    const of = (check: MeshCheck) =>
      planes.filter((plane) => plane.check === check && (family ?? plane.family) === plane.family);
    return { family, planes: { tcp: of("tcp"), nodeport: of("nodeport"), echo: of("echo") } };
  };
  return families.length > 1 ? [scope(null), ...families.map(scope)] : [scope(null)];
}

export function isMeshCheck(check: Check): check is MeshCheck {
  return (MESH_CHECKS as readonly string[]).includes(check);
}

function newPlane<C extends Check>(check: C, family: IpFamily, nodes: number) {
  const counts = () => new Int32Array(nodes);
  return {
    check,
    family,
    column: new Int32Array(nodes).fill(-1),
    rowFailed: counts(),
    rowWorks: counts(),
    columnFailed: counts(),
    columnWorks: counts(),
  };
}
