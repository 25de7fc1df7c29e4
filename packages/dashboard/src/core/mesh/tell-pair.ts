import {
  type CellResult,
  type Check,
  countCell,
  isStarting,
  type PlannedWhy,
  latencyOf,
  type Mesh,
  type MeshPlane,
  type Reason,
  REASONS,
} from "@netchecker/contract";
import { latency, sayCheck, sayReason } from "../phrases.ts";

/** One check between two nodes, in one direction. */
export interface PairCheck {
  readonly check: Check;
  readonly family: "IPv4" | "IPv6" | null;
  readonly address: string | null;
  readonly name: string | null;
  /** null: no longer kept of an old round. */
  readonly reason: Reason | null;
  /** What it counts as. Null if it is no longer kept. */
  readonly counts: CellResult | null;
  readonly planned: PlannedWhy | null;
  readonly latencyMs: number | null;
  readonly attempts: number | null;
}

/** The reason at a row and a target of a plane. Null if it is no longer kept. */
export function reasonAt({ reasons }: MeshPlane, from: number, target: number): Reason | null {
  const letter = reasons[from]?.charCodeAt(target);
  return letter ? (REASONS[letter - 97] ?? null) : "not_probed";
}

/** All checks from one node to another. `from` and `to` are their indexes. */
export function checksBetween(
  mesh: Mesh,
  from: number,
  to: number,
  planes: readonly MeshPlane[] = mesh.planes,
): PairCheck[] {
  return planes.flatMap((plane) =>
    plane.targets.flatMap((target, index) => {
      if (target.node !== to) return [];
      const reason = reasonAt(plane, from, index);
      const { check, family, latencies, attempts } = plane;
      const code = latencies ? atob(latencies[from] ?? "").charCodeAt(index) : Number.NaN;
      const digit = attempts?.[from]?.[index];
      const agent = mesh.nodes[from]?.planned ?? null;
      const toWhy = target.planned ?? mesh.nodes[to]?.planned ?? null;
      return {
        check,
        family,
        address: target.address,
        name: target.name,
        reason,
        counts: reason === null ? null : countCell(REASONS.indexOf(reason), agent, toWhy),
        planned: reason === "ok" ? null : (agent ?? toWhy),
        latencyMs: Number.isNaN(code) ? null : latencyOf(code),
        attempts: digit === undefined ? null : Number(digit),
      };
    }),
  );
}

/** A check in words: "pod echo: connection refused (planned)". */
export function tellCheck(check: PairCheck, twoFamilies: boolean): string {
  const name = sayCheck(check.check) + (twoFamilies && check.family ? ` ${check.family}` : "");
  const reason = check.reason === null ? "not kept" : sayReason(check.reason);
  const more = [
    check.reason === "ok" && check.latencyMs !== null ? latency(check.latencyMs) : "",
    check.attempts !== null && check.attempts > 1 ? `${check.attempts} attempts` : "",
    check.planned === null ? "" : isStarting(check.planned) ? "starting" : "planned",
  ].filter(Boolean);
  return `${name}: ${reason}${more.length > 0 ? ` (${more.join(", ")})` : ""}`;
}
