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

/** A finding over rounds. */
const TrackedSchema = Type.Object({
  finding: FindingSchema,
  /** The last rounds that could have shown it, newest last: see marks.ts. */
  marks: MarksSchema,
  /** Whether it has been an alarm since it was last there. */
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

/** What failed in one round, cell by cell. */
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
  /** What changed in that, oldest first. */
  changes: Type.Array(NodeChangeSchema),
  /** What the watch knows of nodes, and a watch that begins later is not told. */
  nodePasts: NodePastsSchema,
  /** Failures of single probes: since how many rounds, like a finding's marks. */
  lone: Type.Record(Type.String(), MarksSchema),
  /** Of the last rounds, fading: how many probes failed for no reason, of how many. */
  noise: Type.Object({ failed: Type.Number(), of: Type.Number() }),
  /** What failed in the last two rounds, the newest last. */
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

/** What is kept from round to round, and over restarts: some numbers a node, plain JSON. */
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
 * A memory from outside, which is not trusted, in this version or the one before. Throws an
 * {@link UnreadableRecordError}, which is a RecordVersionError where a newer netchecker wrote it.
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
