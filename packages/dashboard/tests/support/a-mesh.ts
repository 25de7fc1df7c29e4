import type { Check, Mesh, MeshNode, MeshPlane, TargetType } from "@netchecker/contract";

const COUNTS = { total: 0, ok: 0, failed: 0, unknown: 0, planned: 0 };

export function aNode(name: string, with_: Partial<MeshNode> = {}): MeshNode {
  return {
    name,
    zone: null,
    pool: null,
    pod: `ping-${name}`,
    missing: null,
    planned: null,
    starved: false,
    ...with_,
  };
}

/** A plane with a target on each node. `rows` are letters of reasons. */
export function aPlane(
  check: Check,
  rows: readonly string[],
  with_: Partial<MeshPlane> = {},
): MeshPlane {
  const type: TargetType = check === "echo" ? "pod" : "node";
  return {
    type,
    check,
    family: "IPv4",
    targets: rows.map((_, node) => ({
      node,
      name: `target-${node}`,
      address: `10.0.0.${node}:80`,
      planned: null,
    })),
    reasons: [...rows],
    ...with_,
  };
}

export function aMesh(nodes: readonly MeshNode[], planes: readonly MeshPlane[]): Mesh {
  return {
    round: {
      id: 42,
      state: "closed",
      startedAt: "2026-11-22T23:00:00.000Z",
      finishedAt: "2026-11-22T23:00:05.000Z",
      durationMs: 5_000,
      closedBy: "reports",
      expected: nodes.length,
      reported: nodes.length,
      missing: [],
      coverage: { nodes: nodes.length, ready: nodes.length },
      dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
      clusterViewStaleSince: null,
      stored: true,
      kept: "all",
      failure: null,
      verdict: null,
    },
    summary: { pod: COUNTS, node: COUNTS, service: COUNTS, external: COUNTS },
    findings: [],
    nodes: [...nodes],
    planes: [...planes],
  };
}
