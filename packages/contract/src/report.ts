import { type Static, Type } from "typebox";
import { TargetTypeSchema } from "./check.ts";
import { DetailSchema, IpSchema, ListIdSchema, NameSchema } from "./name.ts";
import { MAX_TARGETS, RoundIdSchema } from "./target-list.ts";

/** A probe makes 9 attempts at most: the report has one digit for them. */
export const MAX_ATTEMPTS = 9;

/** No probe takes longer; microseconds of it fit in 32 bits. */
const MAX_LATENCY_MS = 3_600_000;

/** How healthy the prober itself was while it probed. */
export const ProberSchema = Type.Object(
  {
    /** 99th percentile of the event loop's delay while the list was probed, milliseconds. */
    loopDelayP99Ms: Type.Number({ minimum: 0 }),
    /** How long the kernel held the process back for its CPU limit meanwhile; null where it does not say. */
    throttledMs: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
    /** The agent's own word that its latencies are not to be trusted. */
    starved: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type Prober = Static<typeof ProberSchema>;

/** Who answered, by its own word, and over how many connections: [pod, node, connections]. */
const AnswererSchema = Type.Tuple([NameSchema, NameSchema, Type.Integer({ minimum: 1 })]);

const IndexKey = "^(0|[1-9][0-9]{0,5})$";

/**
 * One agent's outcomes of one type for one round, as columns aligned by index with the list that it
 * answers. Built for size: 1,000 targets are under 10 kB.
 */
export const ReportSchema = Type.Object(
  {
    v: Type.Literal(1),
    type: TargetTypeSchema,
    round: RoundIdSchema,
    list: ListIdSchema,
    agent: Type.Object(
      { pod: NameSchema, node: NameSchema, ip: IpSchema },
      { additionalProperties: false },
    ),
    /** From the list's arrival to the report, milliseconds. */
    tookMs: Type.Number({ minimum: 0 }),
    prober: ProberSchema,
    /** One letter a target: the reason's code, "a" is 0. */
    reasons: Type.String({ maxLength: MAX_TARGETS, pattern: "^[a-z]*$" }),
    /** One digit a target: how many attempts were made. */
    attempts: Type.String({ maxLength: MAX_TARGETS, pattern: "^[0-9]*$" }),
    /** Milliseconds of the last attempt, connect to last byte, three significant digits; 0 where nothing was measured. */
    latencyMs: Type.Array(Type.Number({ minimum: 0, maximum: MAX_LATENCY_MS }), {
      maxItems: MAX_TARGETS,
    }),
    /** By index: who answered, where that adds to what the list says. */
    answeredBy: Type.Record(
      Type.String({ pattern: IndexKey }),
      Type.Array(AnswererSchema, { maxItems: 20 }),
      {
        additionalProperties: false,
      },
    ),
    /** By index: a short fact behind the reason, such as the status or the wrong address. */
    detail: Type.Record(Type.String({ pattern: IndexKey }), DetailSchema, {
      additionalProperties: false,
    }),
  },
  { additionalProperties: false },
);
export type Report = Static<typeof ReportSchema>;
