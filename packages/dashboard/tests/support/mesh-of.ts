import {
  type Check,
  latencyCode,
  type Mesh,
  type MeshPlane,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import { NOT_KEPT_CODE } from "@netchecker/netchecker/src/core/outcome-matrix.ts";
import type { SimulatedRound } from "./simulated-rounds.ts";

/** A simulated round → the wire's mesh, with latencies and attempts where they are asked for. */
export function meshOf(
  { round, view }: SimulatedRound,
  with_: { readonly latencies?: boolean; readonly attempts?: boolean } = {},
): Mesh {
  const { head, summary, findings, plan, agents } = round;
  const labels = new Map(view.nodes.map((node) => [node.name, node.labels]));
  const missing = new Map(head.missing.map((agent) => [agent.node, agent]));
  const indexOf = new Map(plan.agents.map(({ node }, index) => [node, index]));
  return {
    round: { ...head, stored: true },
    summary,
    findings: [...findings],
    nodes: plan.agents.map(({ node, pod, expected }, index) => ({
      name: node,
      zone: labels.get(node)?.["topology.kubernetes.io/zone"] ?? null,
      pool: labels.get(node)?.["cloud.google.com/gke-nodepool"] ?? null,
      pod,
      missing: missing.get(node)?.why ?? null,
      expected,
      starved: Object.values(agents[index]!.health).some((health) => health?.prober.starved),
    })),
    planes: TARGET_TYPES.flatMap((type) => planesOf(type)),
  };

  function planesOf(type: TargetType): MeshPlane[] {
    const targets = plan.targets[type].map((target, index) => ({ target, index }));
    const matrix = round.matrices[type];
    const byPlane = Map.groupBy(
      targets,
      ({ target }) => `${target.check} ${familyOf(target.address)}`,
    );
    return [...byPlane].map(([key, columns]) => {
      const [check, family] = key.split(" ") as [Check, string];
      const rows = <T>(cellOf: (cell: number) => T) =>
        plan.agents.map((_, agent) =>
          columns.map(({ index }) => cellOf(matrix.cell(agent, index))),
        );
      return {
        type,
        check,
        family: family === "null" ? null : (family as "IPv4" | "IPv6"),
        targets: columns.map(({ target: { node, name, address, expected } }) => ({
          node: node === null ? null : (indexOf.get(node) ?? null),
          name,
          address,
          expected,
        })),
        reasons: rows((cell) => letterOf(matrix.reasons[cell]!)).map((row) => row.join("")),
        ...(with_.attempts && {
          attempts: rows((cell) => matrix.attempts[cell]!).map((row) => row.join("")),
        }),
        ...(with_.latencies && {
          latencies: rows((cell) => latencyCode(matrix.latencyUs[cell]! / 1_000)).map((row) =>
            Buffer.from(row).toString("base64"),
          ),
        }),
      };
    });
  }
}

function letterOf(code: number): string {
  return code === NOT_KEPT_CODE ? "." : String.fromCharCode(97 + code);
}

function familyOf(address: string | null): "IPv4" | "IPv6" | null {
  if (address === null || !/^[\d.[]/.test(address)) return null;
  return address.startsWith("[") ? "IPv6" : "IPv4";
}
