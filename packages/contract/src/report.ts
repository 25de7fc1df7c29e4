import { type Static, Type } from "typebox";
import { TargetTypeSchema } from "./check.ts";
import { DetailSchema, IpSchema, ListIdSchema, NameSchema } from "./name.ts";
import { MAX_TARGETS, RoundIdSchema } from "./target-list.ts";

/** The most attempts of one probe: the report has one digit for them. */
export const MAX_ATTEMPTS = 9;

/** The longest latency. In microseconds it fits into 32 bits. */
const MAX_LATENCY_MS = 3_600_000;

/** How healthy the agent's own process was while it probed. */
export const ProberSchema = Type.Object(
  {
    /** The 99th percentile of the event loop's delay while the list was probed, in milliseconds. */
    loopDelayP99Ms: Type.Number({ minimum: 0 }),
    /**
     * How long the kernel stopped the process for its CPU limit, in milliseconds. Null if the
     * kernel does not say.
     */
    throttledMs: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
    /** The agent itself says that its latencies cannot be trusted. */
    starved: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type Prober = Static<typeof ProberSchema>;

/** Who answered, as the answer says, and over how many connections: [pod, node, connections]. */
const AnswererSchema = Type.Tuple([NameSchema, NameSchema, Type.Integer({ minimum: 1 })]);

const IndexKey = "^(0|[1-9][0-9]{0,5})$";

/**
 * One agent's outcomes of one type for one round. The columns are aligned by index with the list
 * that the report answers. The format is made to be small: 1,000 targets are under 10 kB.
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
    /** Milliseconds from the arrival of the list to the report. */
    tookMs: Type.Number({ minimum: 0 }),
    prober: ProberSchema,
    /** One letter per target: the code of its reason. "a" is 0. */
    reasons: Type.String({ maxLength: MAX_TARGETS, pattern: "^[a-z]*$" }),
    /** One digit per target: the number of attempts. */
    attempts: Type.String({ maxLength: MAX_TARGETS, pattern: "^[0-9]*$" }),
    /**
     * Milliseconds of the last attempt, from the connect to the last byte, with three significant
     * digits. 0: not measured.
     */
    latencyMs: Type.Array(Type.Number({ minimum: 0, maximum: MAX_LATENCY_MS }), {
      maxItems: MAX_TARGETS,
    }),
    /** By index: who answered, if the list does not already say so. */
    answeredBy: Type.Record(
      Type.String({ pattern: IndexKey }),
      Type.Array(AnswererSchema, { maxItems: 20 }),
      {
        additionalProperties: false,
      },
    ),
    /**
     * By index: a short fact that explains the reason, such as the HTTP status or the wrong
     * address.
     */
    detail: Type.Record(Type.String({ pattern: IndexKey }), DetailSchema, {
      additionalProperties: false,
    }),
  },
  { additionalProperties: false },
);
export type Report = Static<typeof ReportSchema>;
