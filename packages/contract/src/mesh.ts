import { type Static, type TSchema, Type } from "typebox";
import { CheckSchema, TargetTypeSchema } from "./check.ts";
import { FindingSchema } from "./finding.ts";
import { PlannedWhySchema, MissingWhySchema, RoundHeadSchema, SummarySchema } from "./round.ts";
import { AddressSchema, NameSchema, TargetNameSchema } from "./name.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** A node of a mesh: a row as a source, a column as a destination. */
export const MeshNodeSchema = Type.Object({
  name: NameSchema,
  zone: orNull(Type.String()),
  pool: orNull(Type.String()),
  /** Its ping pod. */
  pod: orNull(NameSchema),
  /** Why its agent did not report; null where it did. */
  missing: orNull(MissingWhySchema),
  /** The planned change that explains what is not ok of it, in both directions. */
  planned: orNull(PlannedWhySchema),
  /** Its prober had too little CPU: its latencies are not to be trusted. */
  starved: Type.Boolean(),
});
export type MeshNode = Static<typeof MeshNodeSchema>;

/**
 * One check of every target by every agent. Each string is a row, the agent of that index of `nodes`; each
 * position in it one of `targets`. Reasons are letters as in a report (`a` is ok, then in the order of
 * REASONS); `.` is what is not kept of an old round. Attempts are digits. Latencies are bytes in base64, see
 * {@link latencyCode}. Attempts and latencies are there when they were asked for.
 */
export const MeshPlaneSchema = Type.Object({
  type: TargetTypeSchema,
  check: CheckSchema,
  /** Of IP addresses, where the plane has one. */
  family: orNull(Type.Enum(["IPv4", "IPv6"] as const)),
  targets: Type.Array(
    Type.Object({
      /** Position in `nodes` of the node that it is, or is on; null for services and the outside. */
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

/** A round as a picture needs it: 1,000 nodes are 3 MB before compression and some kilobytes after it. */
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

/** Milliseconds → one byte, logarithmic: within 3 %, from 0.01 ms to 26 s. 0 is not measured. */
export function latencyCode(latencyMs: number): number {
  if (latencyMs <= 0) return 0;
  const steps = Math.round(Math.log(latencyMs / FINEST_MS) / Math.log(STEP));
  return Math.min(Math.max(steps, 0), 254) + 1;
}

/** What {@link latencyCode} gave → milliseconds; null where nothing was measured. */
export function latencyOf(code: number): number | null {
  return code === 0 ? null : FINEST_MS * STEP ** (code - 1);
}
