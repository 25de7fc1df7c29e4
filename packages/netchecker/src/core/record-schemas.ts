import {
  AgentHealthSchema,
  CheckSchema,
  FindingSchema,
  MissingWhySchema,
  PlannedWhySchema,
  RoundHeadSchema,
  SummarySchema,
  TimelineEntrySchema,
} from "@netchecker/contract";
import { type Static, type TSchema, Type } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { UnreadableRecordError } from "@netchecker/round/record-version";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const NameOrNull = orNull(Type.String());

/**
 * The fields of a stored plan without which a round cannot be shown. Agents of old rounds have no zone and no pool.
 */
const AgentSchema = Type.Object({
  pod: NameOrNull,
  node: Type.String(),
  ip: NameOrNull,
  zone: Type.Optional(NameOrNull),
  pool: Type.Optional(NameOrNull),
  absent: orNull(MissingWhySchema),
  ready: Type.Boolean(),
  problem: NameOrNull,
  planned: orNull(PlannedWhySchema),
});
const TargetsSchema = Type.Array(
  Type.Object({
    check: CheckSchema,
    name: NameOrNull,
    node: NameOrNull,
    address: NameOrNull,
    planned: orNull(PlannedWhySchema),
  }),
);
const HealthSchema = Type.Optional(AgentHealthSchema);

/** Compiles the schema at its first use, because one answer may read hundreds of heads and findings. */
function checker<S extends TSchema>(what: string, schema: S) {
  let compiled: Validator<{}, S> | undefined;
  return (record: unknown): Static<S> => {
    compiled ??= Compile(schema);
    if (!compiled.Check(record)) throw new UnreadableRecordError(`${what} has another shape`);
    return record as Static<S>;
  };
}

/** Each returns the record, or throws an {@link UnreadableRecordError} if it has another shape. */
export const requireShape = {
  head: checker("a head", Type.Object({ head: RoundHeadSchema, summary: orNull(SummarySchema) })),
  entry: checker("an entry", TimelineEntrySchema),
  findings: checker("a list of findings", Type.Array(FindingSchema)),
  plan: checker(
    "a plan",
    Type.Object({
      plan: Type.Object({
        agents: Type.Array(AgentSchema),
        targets: Type.Object({
          pod: TargetsSchema,
          node: TargetsSchema,
          service: TargetsSchema,
          external: TargetsSchema,
        }),
      }),
      agents: Type.Array(
        Type.Object({
          health: Type.Object({
            pod: HealthSchema,
            node: HealthSchema,
            service: HealthSchema,
            external: HealthSchema,
          }),
        }),
      ),
    }),
  ),
} as const;
