import { type Static, type TSchema, Type } from "typebox";
import { CheckSchema, TargetTypeSchema } from "./check.ts";
import { FindingSchema } from "./finding.ts";
import { PlannedWhySchema, MissingWhySchema, RoundHeadSchema, SummarySchema } from "./round.ts";
import { AddressSchema, NameSchema, TargetNameSchema } from "./name.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/**
 * A node of a mesh. Its row is what its agent found; its column is what other agents found about
 * it.
 */
export const MeshNodeSchema = Type.Object({
  name: NameSchema,
  zone: orNull(Type.String()),
  pool: orNull(Type.String()),
  /** Its ping pod. */
  pod: orNull(NameSchema),
  /** Why its agent did not report. Null if the agent reported. */
  missing: orNull(MissingWhySchema),
  /**
   * The planned change that explains why some of its cells are not ok, in its row and in its
   * column.
   */
  planned: orNull(PlannedWhySchema),
  /** Its agent had too little CPU, so its latencies cannot be trusted. */
  starved: Type.Boolean(),
});
export type MeshNode = Static<typeof MeshNodeSchema>;

/**
 * One check of every target by every agent. Each string is a row: the agent on the node with the
 * same index in `nodes`. Each position in a row is the target with the same index in `targets`.
 * Reasons are letters, as in a report: `a` is ok, and the order is that of REASONS. A `.` is an
 * outcome that is no longer kept of an old round. Attempts are digits. Latencies are bytes in
 * base64, see {@link latencyCode}. Attempts and latencies are only there if the caller asked for
 * them.
 */
export const MeshPlaneSchema = Type.Object({
  type: TargetTypeSchema,
  check: CheckSchema,
  /** The address family of the plane's targets. Null if the targets are not IP addresses. */
  family: orNull(Type.Enum(["IPv4", "IPv6"] as const)),
  targets: Type.Array(
    Type.Object({
      /** The index in `nodes` of the target's node. Null for services and external targets. */
      node: orNull(Type.Integer()),
      name: orNull(TargetNameSchema),
      address: orNull(AddressSchema),
      planned: orNull(PlannedWhySchema),
    }),
  ),
  reasons: Type.Array(Type.String()),
  attempts: Type.Optional(Type.Array(Type.String())),
  latencies: Type.Optional(Type.Array(Type.String())),
});
export type MeshPlane = Static<typeof MeshPlaneSchema>;

/**
 * A round in the form that the heat map needs: 1,000 nodes are 3 MB, and a few kilobytes when
 * compressed.
 */
export const MeshSchema = Type.Object({
  round: RoundHeadSchema,
  summary: SummarySchema,
  findings: Type.Array(FindingSchema),
  nodes: Type.Array(MeshNodeSchema),
  planes: Type.Array(MeshPlaneSchema),
});
export type Mesh = Static<typeof MeshSchema>;

const FINEST_MS = 0.01;
const STEP = 1.06;

/**
 * Milliseconds → one byte on a logarithmic scale, from 0.01 ms to 26 s, exact to 3 %. 0 means not
 * measured.
 */
export function latencyCode(latencyMs: number): number {
  if (latencyMs <= 0) return 0;
  const steps = Math.round(Math.log(latencyMs / FINEST_MS) / Math.log(STEP));
  return Math.min(Math.max(steps, 0), 254) + 1;
}

/** The byte of {@link latencyCode} → milliseconds. Null for "not measured". */
export function latencyOf(code: number): number | null {
  return code === 0 ? null : FINEST_MS * STEP ** (code - 1);
}
