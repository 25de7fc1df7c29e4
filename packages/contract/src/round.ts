import { type Static, type TSchema, Type } from "typebox";
import { CheckSchema, TargetTypeSchema } from "./check.ts";
import { ReasonSchema } from "./reason.ts";
import { ProberSchema } from "./report.ts";
import { NameSchema, RoundIdSchema } from "./target-list.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** ISO 8601, UTC, milliseconds. */
export const TimeSchema = Type.String({ format: "date-time" });

/** Why an agent that should have reported did not. */
export const MISSING_WHYS = [
  "no_pod",
  "pod_not_ready",
  "silent",
  "unreachable",
  "redis_away",
] as const;
export const MissingWhySchema = Type.Enum(MISSING_WHYS, {
  description:
    "no_pod: no ping pod on the node. pod_not_ready: it is there, but not ready. silent: no report, though pods of its node were reached. unreachable: no report, and nothing of its node was reached. redis_away: netchecker could not collect.",
});
export type MissingWhy = Static<typeof MissingWhySchema>;

/** The planned change that explains a failure: shown, never an alarm by itself. */
export const EXPECTED_WHYS = [
  "node_cordoned",
  "node_not_ready",
  "node_deleting",
  "pod_terminating",
  "node_gone",
  "pod_gone",
  "node_starting",
  "pod_starting",
] as const;
export const ExpectedWhySchema = Type.Enum(EXPECTED_WHYS, {
  description:
    "The planned change that explains it. …_gone: it went away while the round was open. …_starting: it is younger than its readiness.",
});
export type ExpectedWhy = Static<typeof ExpectedWhySchema>;

export const MissingAgentSchema = Type.Object({
  pod: orNull(NameSchema),
  node: NameSchema,
  why: MissingWhySchema,
  /** What Kubernetes says of the pod, such as `ImagePullBackOff: …`; null where it says nothing. */
  detail: orNull(Type.String()),
  /** The planned change that explains it. */
  expected: orNull(ExpectedWhySchema),
});
export type MissingAgent = Static<typeof MissingAgentSchema>;

/** Messages that arrived since the last round closed and entered no round, by reason. */
export const DroppedSchema = Type.Object({
  late: Type.Integer(),
  repeated: Type.Integer(),
  unknownAgent: Type.Integer(),
  invalid: Type.Integer(),
});
export type Dropped = Static<typeof DroppedSchema>;

export const RoundStateSchema = Type.Enum(["open", "closed", "failed", "abandoned"] as const, {
  description:
    "open: collecting. closed: concluded. failed: could not be published. abandoned: netchecker ended while it was open.",
});

export const RoundHeadSchema = Type.Object({
  id: RoundIdSchema,
  state: RoundStateSchema,
  startedAt: TimeSchema,
  finishedAt: orNull(TimeSchema),
  durationMs: orNull(Type.Integer()),
  closedBy: orNull(Type.Enum(["reports", "timer"] as const)),
  /** Agents that should report: one for each node that should run one. */
  expected: Type.Integer(),
  /** Agents that reported every type. */
  reported: Type.Integer(),
  missing: Type.Array(MissingAgentSchema),
  /** How many nodes should run an agent, and how many had a ready one when the round was opened. */
  coverage: Type.Object({ nodes: Type.Integer(), ready: Type.Integer() }),
  dropped: DroppedSchema,
  clusterViewStaleSince: orNull(TimeSchema),
  /** Whether Redis has it. */
  stored: Type.Boolean(),
  /** What is kept of its outcomes. */
  kept: Type.Enum(["all", "failures", "none"] as const),
  /** Why it failed or was abandoned, in a sentence. */
  failure: orNull(Type.String()),
});
export type RoundHead = Static<typeof RoundHeadSchema>;

/** `total = ok + failed + unknown`. `expected` counts those not ok for a planned reason; they are not in the total. */
export const CountsSchema = Type.Object({
  total: Type.Integer(),
  ok: Type.Integer(),
  failed: Type.Integer(),
  unknown: Type.Integer(),
  expected: Type.Integer(),
});
export type Counts = Static<typeof CountsSchema>;

export const SummarySchema = Type.Object({
  pod: CountsSchema,
  node: CountsSchema,
  service: CountsSchema,
  external: CountsSchema,
});
export type Summary = Static<typeof SummarySchema>;

/** One row of `/results`: one check of one target by one agent. */
export const ResultSchema = Type.Object({
  type: TargetTypeSchema,
  check: CheckSchema,
  from: Type.Object({ pod: orNull(NameSchema), node: NameSchema, ip: orNull(NameSchema) }),
  to: Type.Object({
    name: orNull(NameSchema),
    node: orNull(NameSchema),
    address: orNull(NameSchema),
    family: Type.Optional(
      Type.Enum(["IPv4", "IPv6"] as const, { description: "Of an IP address." }),
    ),
  }),
  ok: orNull(Type.Boolean()),
  reason: ReasonSchema,
  latencyMs: orNull(Type.Number()),
  attempts: Type.Integer(),
  answeredBy: Type.Optional(
    Type.Array(
      Type.Object({ pod: orNull(NameSchema), node: NameSchema, connections: Type.Integer() }),
    ),
  ),
  detail: Type.Optional(Type.String()),
  expected: Type.Optional(ExpectedWhySchema),
  untrusted: Type.Optional(
    Type.Boolean({ description: "The prober was starved of CPU: do not trust the latency." }),
  ),
});
export type Result = Static<typeof ResultSchema>;

/** How an agent fared in a round. */
export const AgentHealthSchema = Type.Object({ tookMs: Type.Number(), prober: ProberSchema });
export type AgentHealth = Static<typeof AgentHealthSchema>;
