import { latencyOf, type Mesh, type MeshPlane } from "@netchecker/contract";
import { OK, RAMP, RAMP_STEPS } from "./cell.ts";
import type { Grid } from "./grid.ts";

/** A grid of measured values, and the milliseconds at the two ends of its scale. */
export interface LatencyGrid {
  readonly grid: Grid;
  readonly from: number;
  readonly to: number;
}

/**
 * The latency of pairs that are ok: the slowest of the planes. The scale spans what most pairs
 * need, so that one odd pair does not make all others look the same. Null if the mesh was loaded
 * without latencies.
 */
export function readLatencies(
  mesh: Mesh,
  planes: readonly MeshPlane[],
  outcomes: Grid,
): LatencyGrid | null {
  if (planes.some(({ latencies }) => latencies === undefined)) return null;
  const worst = worstOf(mesh.nodes.length, planes, ({ latencies }, from) => {
    const bytes = atob(latencies![from] ?? "");
    return (target) => bytes.charCodeAt(target) || 0;
  });
  const histogram = new Uint32Array(256);
  for (const [pair, code] of worst.entries())
    if (outcomes.cells[pair] === OK) histogram[code]! += 1;
  const [low, high] = spanOf(histogram);
  const step = (RAMP_STEPS - 1) / Math.max(1, high - low);
  const cells = outcomes.cells.map((cell, index) => {
    const code = worst[index]!;
    if (cell !== OK || code === 0) return cell;
    return RAMP + Math.round(Math.min(Math.max(code - low, 0) * step, RAMP_STEPS - 1));
  });
  return {
    grid: { size: outcomes.size, cells },
    from: latencyOf(low) ?? 0,
    to: latencyOf(high) ?? 0,
  };
}

/**
 * The number of attempts of pairs that are ok in the end: 1, 2, or 3 and more. Null if the mesh was
 * loaded without attempts.
 */
export function readAttempts(
  mesh: Mesh,
  planes: readonly MeshPlane[],
  outcomes: Grid,
): Grid | null {
  if (planes.some(({ attempts }) => attempts === undefined)) return null;
  const worst = worstOf(mesh.nodes.length, planes, ({ attempts }, from) => {
    const digits = attempts![from] ?? "";
    return (target) => digits.charCodeAt(target) - 48 || 0;
  });
  const cells = outcomes.cells.map((cell, index) =>
    cell === OK && worst[index]! > 0 ? attemptsCell(worst[index]!) : cell,
  );
  return { size: outcomes.size, cells };
}

/** 1, 2, 3 and more attempts → three steps of the scale, far apart. */
export function attemptsCell(attempts: number): number {
  return RAMP + Math.round(((Math.min(attempts, 3) - 1) / 2) * (RAMP_STEPS - 1));
}

/** The largest value of the planes for each pair. */
function worstOf(
  size: number,
  planes: readonly MeshPlane[],
  rowOf: (plane: MeshPlane, from: number) => (target: number) => number,
): Uint8Array {
  const worst = new Uint8Array(size * size);
  for (const plane of planes)
    for (let from = 0; from < size; from += 1) {
      const valueOf = rowOf(plane, from);
      for (const [target, { node }] of plane.targets.entries()) {
        if (node === null) continue;
        const value = valueOf(target);
        if (value > worst[from * size + node]!) worst[from * size + node] = value;
      }
    }
  return worst;
}

/** The two codes between which 98 % of the measured values are. */
function spanOf(histogram: Uint32Array): [low: number, high: number] {
  let total = 0;
  for (let code = 1; code < 256; code += 1) total += histogram[code]!;
  const at = (share: number) => {
    let below = 0;
    for (let code = 1; code < 256; code += 1) {
      below += histogram[code]!;
      if (below > total * share) return code;
    }
    return 0;
  };
  return [at(0.01), Math.max(at(0.99), at(0.01) + 1)];
}
