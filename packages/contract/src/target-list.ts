import { type Static, type TSchema, Type } from "typebox";
import { CheckSchema, TargetTypeSchema } from "./check.ts";
import { AddressSchema, ListIdSchema, NameSchema, TargetNameSchema } from "./name.ts";

/** The most entries that one list may hold: 5,000 dual-stack nodes, two checks each. */
export const MAX_TARGETS = 20_000;

const column = <S extends TSchema>(items: S) => Type.Array(items, { maxItems: MAX_TARGETS });

/** Ids of rounds start at 1 and only grow. */
export const RoundIdSchema = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/**
 * What a round asks every agent to probe, for one type. Columns are aligned by index: entry i is one
 * check of one address. `name` is who should be there: pod name, node name, service name (`dns`: the
 * name to look up), or the external target as configured. `address` is never empty: `ip:port`
 * (`[ip]:port` for IPv6), an IP to be found (`dns`), or a URL (`http`).
 */
export const TargetListSchema = Type.Object(
  {
    v: Type.Literal(1),
    type: TargetTypeSchema,
    round: RoundIdSchema,
    list: ListIdSchema,
    /** Milliseconds from publication to the moment at which a report is due. Relative: clocks of nodes differ. */
    reportWithinMs: Type.Integer({ minimum: 1, maximum: 3_600_000 }),
    check: column(CheckSchema),
    name: column(TargetNameSchema),
    node: column(Type.Union([NameSchema, Type.Null()])),
    address: column(AddressSchema),
  },
  { additionalProperties: false },
);
export type TargetList = Static<typeof TargetListSchema>;

/** The columns alone: what a round knows of its targets. */
export type TargetColumns = Pick<TargetList, "check" | "name" | "node" | "address">;
