import { type Static, type TSchema, Type } from "typebox";
import { CheckSchema } from "./check.ts";
import { FindingKindSchema } from "./finding-kind.ts";
import { ReasonSchema } from "./reason.ts";
import { TimeSchema } from "./time.ts";
import { NameSchema, TargetNameSchema } from "./name.ts";
import { RoundIdSchema } from "./target-list.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

export const FINDING_LAYERS = [
  "node",
  "pod-network",
  "service",
  "dns",
  "external",
  "process",
  "reporting",
] as const;
export const FindingLayerSchema = Type.Enum(FINDING_LAYERS);
export type FindingLayer = Static<typeof FindingLayerSchema>;

export const SEVERITIES = ["critical", "warning", "info"] as const;
export const SeveritySchema = Type.Enum(SEVERITIES, {
  description: "Findings above info are alarms.",
});
export type Severity = Static<typeof SeveritySchema>;

/** The number of findings of one kind and one severity that are not listed one by one. */
export const FindingCountSchema = Type.Object({
  kind: FindingKindSchema,
  severity: SeveritySchema,
  count: Type.Integer({ minimum: 1 }),
});
export type FindingCount = Static<typeof FindingCountSchema>;

export const DirectionSchema = Type.Enum(["in", "out", "both"] as const, {
  description:
    "The direction of new connections or of large packets: in is towards `nodes`, out is from `nodes`.",
});
export type Direction = Static<typeof DirectionSchema>;

export const FINDING_STATES = ["new", "ongoing", "flapping", "recovered"] as const;
export const FindingStateSchema = Type.Enum(FINDING_STATES);
export type FindingState = Static<typeof FindingStateSchema>;

/** One failure that a finding explains. */
export const EvidenceExampleSchema = Type.Object({
  from: NameSchema,
  to: TargetNameSchema,
  check: CheckSchema,
  reason: ReasonSchema,
});
export type EvidenceExample = Static<typeof EvidenceExampleSchema>;

const causeFields = {
  kind: FindingKindSchema,
  severity: SeveritySchema,
  /**
   * In natural order. Empty: the whole cluster. For a partition: the group that nothing is heard
   * from, or else the smaller group.
   */
  nodes: Type.Array(NameSchema),
  /** The other node of a pair, or the other group of a partition. Empty for other findings. */
  peers: Type.Array(NameSchema),
  layer: orNull(FindingLayerSchema),
  direction: orNull(DirectionSchema),
  /** The external target, the backend of the service or the check, if the finding is about one. */
  target: orNull(Type.String()),
  /** Other kinds that the evidence fits equally well. */
  candidates: Type.Array(FindingKindSchema),
  /**
   * A sentence for operators: the node, the fault, how many of how many cells fail, where to look.
   */
  summary: Type.String(),
  evidence: Type.Object({
    explains: Type.Integer(),
    ofFailures: Type.Integer(),
    /** The number of outcomes that contradict the finding. */
    contradictedBy: Type.Integer(),
    /** At most 5. */
    examples: Type.Array(EvidenceExampleSchema),
  }),
  /**
   * A planned change explains it. It is shown, but it is no alarm. Only `left-out` is a warning
   * although it is planned.
   */
  planned: Type.Boolean(),
  /** Commands for the operator to run next. */
  next: Type.Array(Type.String()),
  /** Only on findings of the kind `more`: the findings that it stands for. */
  more: Type.Optional(Type.Array(FindingCountSchema)),
};

/** What one round says about one cause. Over several rounds it becomes a {@link FindingSchema}. */
export const CauseSchema = Type.Object(causeFields);
export type Cause = Static<typeof CauseSchema>;

const MomentSchema = Type.Object({ round: RoundIdSchema, at: TimeSchema });

/** A conclusion: what is broken, since when, and what to look at next. */
export const FindingSchema = Type.Object({
  /** The id stays the same while the cause lasts, also over restarts of netchecker. */
  id: Type.String({ minLength: 1, maxLength: 2_048 }),
  ...causeFields,
  state: FindingStateSchema,
  /** The first round that showed it. */
  since: MomentSchema,
  /** The last round that showed it. */
  lastSeen: MomentSchema,
  /** The number of rounds that showed it since then. */
  rounds: Type.Integer(),
  /** How often it went away and came back since then. */
  flaps: Type.Integer(),
  /**
   * Events that Kubernetes reported about its nodes shortly before it began, such as `node-7
   * rebooted`.
   */
  changes: Type.Array(Type.String()),
});
export type Finding = Static<typeof FindingSchema>;
