import { type Static, type TSchema, Type } from "typebox";
import { CheckSchema, TargetTypeSchema } from "./check.ts";
import { ReasonSchema } from "./reason.ts";
import { ProberSchema } from "./report.ts";
import { AddressSchema, IpSchema, NameSchema, TargetNameSchema } from "./name.ts";
import { RoundIdSchema } from "./target-list.ts";
import { TimeSchema } from "./time.ts";
import { VerdictSchema } from "./verdict.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

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
    "no_pod: the node has no ping pod. pod_not_ready: the ping pod is not ready. silent: the agent did not report, although pods on its node were reached. unreachable: the agent did not report, and nothing on its node was reached. redis_away: netchecker could not collect reports.",
});
export type MissingWhy = Static<typeof MissingWhySchema>;

/**
 * Why a cell that is not ok is not a failure. The first ones are planned: somebody decided it.
 * `node_starting`, `node_returning` and `pod_starting` mean that the node or pod is still starting,
 * within bounds. `node_not_ready` is only in rounds that were stored before 0.2: today NotReady is
 * a symptom, not a plan.
 */
export const PLANNED_WHYS = [
  "node_cordoned",
  "node_deleting",
  "node_leaving",
  "node_shutting_down",
  "node_gone",
  "pod_terminating",
  "pod_gone",
  "node_starting",
  "node_returning",
  "pod_starting",
  "node_not_ready",
] as const;
export const PlannedWhySchema = Type.Enum(PLANNED_WHYS, {
  description:
    "The planned change, or the start, that explains it. node_leaving: a taint says that the node will be taken away. node_shutting_down: the kubelet said that the node shuts down in good order. node_gone, pod_gone: it went away while the round was open. node_starting: the node has never been Ready. node_returning: the node is Ready again, but its pods are not yet. pod_starting: the pod is new and has not been ready yet. node_not_ready: only in rounds that were stored before 0.2.",
});
export type PlannedWhy = Static<typeof PlannedWhySchema>;

const STARTING: ReadonlySet<PlannedWhy> = new Set([
  "node_starting",
  "node_returning",
  "pod_starting",
]);

/** Whether a node or pod is still starting, as opposed to being taken away. */
export function isStarting(why: PlannedWhy | null): boolean {
  return why !== null && STARTING.has(why);
}

export const MissingAgentSchema = Type.Object({
  pod: orNull(NameSchema),
  node: NameSchema,
  why: MissingWhySchema,
  /** What Kubernetes says about the pod, such as `ImagePullBackOff: …`. Null if it says nothing. */
  detail: orNull(Type.String()),
  /** The planned change that explains it. */
  planned: orNull(PlannedWhySchema),
});
export type MissingAgent = Static<typeof MissingAgentSchema>;

/** Messages that arrived since the last round closed and were not used in any round, by reason. */
export const DroppedSchema = Type.Object({
  late: Type.Integer(),
  repeated: Type.Integer(),
  unknownAgent: Type.Integer(),
  invalid: Type.Integer(),
});
export type Dropped = Static<typeof DroppedSchema>;

export const RoundStateSchema = Type.Enum(
  ["open", "measured", "closed", "failed", "abandoned"] as const,
  {
    description:
      "open: netchecker collects reports. measured: the outcomes are stored, but not concluded yet. closed: the round is concluded. failed: the round could not be published. abandoned: netchecker ended while the round was open.",
  },
);

export const RoundHeadSchema = Type.Object({
  id: RoundIdSchema,
  state: RoundStateSchema,
  requested: Type.Optional(
    Type.Literal(true, {
      description:
        "A client requested this round (POST /rounds). The clock opens all other rounds. The last 20 requested rounds are kept in addition to them.",
    }),
  ),
  startedAt: TimeSchema,
  finishedAt: orNull(TimeSchema),
  durationMs: orNull(Type.Integer()),
  closedBy: orNull(Type.Enum(["reports", "timer"] as const)),
  /** The agents that should report: one for each node that should run one. */
  expected: Type.Integer(),
  /** The agents that reported every type. */
  reported: Type.Integer(),
  missing: Type.Array(MissingAgentSchema),
  /**
   * The number of nodes that should run an agent, and of nodes whose agent was ready when the round
   * opened.
   */
  coverage: Type.Object({ nodes: Type.Integer(), ready: Type.Integer() }),
  dropped: DroppedSchema,
  clusterViewStaleSince: orNull(TimeSchema),
  /** Whether the round is stored in Redis. */
  stored: Type.Boolean(),
  /** Which of its outcomes are still kept. */
  kept: Type.Enum(["all", "failures", "none"] as const),
  /** Why the round failed or was abandoned, in a sentence. */
  failure: orNull(Type.String()),
  /**
   * The verdict at the round's close. Null while it is open, and for rounds that were stored before
   * 0.2.
   */
  verdict: orNull(VerdictSchema),
});
export type RoundHead = Static<typeof RoundHeadSchema>;

/**
 * `total = ok + failed + unknown`. `planned` counts cells that are not ok because of a planned
 * change. They are not in the total.
 */
export const CountsSchema = Type.Object({
  total: Type.Integer(),
  ok: Type.Integer(),
  failed: Type.Integer(),
  unknown: Type.Integer(),
  planned: Type.Integer(),
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
  from: Type.Object({ pod: orNull(NameSchema), node: NameSchema, ip: orNull(IpSchema) }),
  to: Type.Object({
    name: orNull(TargetNameSchema),
    node: orNull(NameSchema),
    address: orNull(AddressSchema),
    family: Type.Optional(
      Type.Enum(["IPv4", "IPv6"] as const, { description: "The family of the IP address." }),
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
  planned: Type.Optional(PlannedWhySchema),
  untrusted: Type.Optional(
    Type.Boolean({ description: "The prober was starved of CPU: do not trust the latency." }),
  ),
});
export type Result = Static<typeof ResultSchema>;

/** How long an agent took for its report, and how healthy its process was. */
export const AgentHealthSchema = Type.Object({ tookMs: Type.Number(), prober: ProberSchema });
export type AgentHealth = Static<typeof AgentHealthSchema>;
