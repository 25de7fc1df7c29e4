import type { Mesh } from "@netchecker/contract";
import { meshNodes } from "@netchecker/netchecker/src/core/mesh/mesh-nodes.ts";
import { planeColumns } from "@netchecker/netchecker/src/core/mesh/plane-columns.ts";
import { PlaneRows } from "@netchecker/netchecker/src/core/mesh/plane-rows.ts";
import type { SimulatedRound } from "./simulated-rounds.ts";

/**
 * A simulated round → the wire's mesh, made by netchecker's own code. Latencies and attempts are
 * optional.
 */
export function meshOf(
  { round }: SimulatedRound,
  with_: { readonly latencies?: boolean; readonly attempts?: boolean } = {},
): Mesh {
  const { head, summary, findings, plan, matrices } = round;
  return {
    round: { ...head, stored: true },
    summary,
    findings: [...findings],
    nodes: meshNodes(round),
    planes: planeColumns(plan).map(({ columns, ...plane }) => {
      const rows = new PlaneRows(matrices[plane.type], columns);
      return {
        ...plane,
        reasons: [...rows.reasons()],
        ...(with_.attempts && { attempts: [...rows.attempts()] }),
        ...(with_.latencies && { latencies: [...rows.latencies()] }),
      };
    }),
  };
}
