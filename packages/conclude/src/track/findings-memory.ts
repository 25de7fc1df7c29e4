import { FindingSchema, NameSchema, RoundIdSchema } from "@netchecker/contract";
import { type Static, Type } from "typebox";
import { Check } from "typebox/schema";
import { NodePastsSchema } from "@netchecker/round/node-past";
import { withNewName } from "@netchecker/round/planned-in-records";
import {
  decoding,
  RECORD_VERSION,
  requireKnownVersion,
  UnreadableRecordError,
} from "@netchecker/round/record-version";

const MarksSchema = Type.String({ pattern: "^[01w]{1,12}$" });

/** A finding that is followed over rounds. */
const TrackedSchema = Type.Object({
  finding: FindingSchema,
  /** One mark for each of the last rounds that could have shown it, newest last: see marks.ts. */
  marks: MarksSchema,
  /** Whether it has ever been an alarm. */
  alarmed: Type.Boolean(),
  /** The last rounds in which it came back. */
  returns: Type.Array(RoundIdSchema, { maxItems: 10 }),
});
export type Tracked = Static<typeof TrackedSchema>;

const NodeFactsSchema = Type.Object({
  bootId: Type.String(),
  kernelVersion: Type.String(),
  kubeletVersion: Type.String(),
  ready: Type.Boolean(),
  cordoned: Type.Boolean(),
});
export type NodeFacts = Static<typeof NodeFactsSchema>;

const NodeChangeSchema = Type.Object({
  node: NameSchema,
  round: Type.Integer(),
  what: Type.String(),
});
export type NodeChange = Static<typeof NodeChangeSchema>;

/** Microseconds. */
const QuartilesSchema = Type.Union([
  Type.Tuple([Type.Number(), Type.Number(), Type.Number()]),
  Type.Null(),
]);

/** The failed checks of one round: see failure-trace.ts. */
const RoundFailuresSchema = Type.Object({
  /** Whether more cells failed than are listed. */
  many: Type.Boolean(),
  /** `from|to|check`. */
  cells: Type.Array(Type.String(), { maxItems: 2_000 }),
});

const MemorySchema = Type.Object({
  v: Type.Literal(RECORD_VERSION),
  findings: Type.Array(TrackedSchema),
  /** What Kubernetes last told of each node. */
  nodes: Type.Record(Type.String(), NodeFactsSchema),
  /** Changes in `nodes`, oldest first. */
  changes: Type.Array(NodeChangeSchema),
  /** What the watch learned of nodes that Kubernetes does not tell to a watch that begins later. */
  nodePasts: NodePastsSchema,
  /** Pairs of which a single probe failed, with marks like a finding's. */
  lone: Type.Record(Type.String(), MarksSchema),
  /** How many probes failed for no known reason, and of how many. Older rounds weigh less. */
  noise: Type.Object({ failed: Type.Number(), of: Type.Number() }),
  /** The failures of the last two rounds, newest last. */
  recentFailures: Type.Array(RoundFailuresSchema, { maxItems: 2 }),
  latency: Type.Object({
    nodes: Type.Record(
      Type.String(),
      Type.Object({
        tcpIn: QuartilesSchema,
        tcpOut: QuartilesSchema,
        echoIn: QuartilesSchema,
        echoOut: QuartilesSchema,
        rounds: Type.Integer(),
      }),
    ),
  }),
});

/** What is kept from round to round and over restarts: a few numbers per node, as plain JSON. */
export type FindingsMemory = Static<typeof MemorySchema>;

export function emptyMemory(): FindingsMemory {
  return {
    v: RECORD_VERSION,
    findings: [],
    nodes: {},
    changes: [],
    nodePasts: {},
    lone: {},
    noise: { failed: 0, of: 0 },
    recentFailures: [],
    latency: { nodes: {} },
  };
}

/**
 * Decodes and checks a stored memory of this version or the one before. Throws an
 * {@link UnreadableRecordError}; if a newer netchecker wrote the memory, that is a RecordVersionError.
 */
export function decodeMemory(text: string): FindingsMemory {
  return decoding("what is remembered of findings", () => {
    const { v, ...stored } = JSON.parse(text);
    requireKnownVersion(v);
    const memory: unknown = {
      v: RECORD_VERSION,
      recentFailures: [],
      nodePasts: {},
      ...stored,
      findings: stored.findings.map((tracked: { readonly finding: unknown }) => ({
        ...tracked,
        finding: withNewName(tracked.finding),
      })),
    };
    if (!Check(MemorySchema, memory))
      throw new UnreadableRecordError("what is remembered of findings has another shape");
    return memory;
  });
}
