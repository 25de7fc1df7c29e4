import { type Static, type TSchema, Type } from "typebox";
import { CheckSchema, TargetTypeSchema } from "./check.ts";
import { AddressSchema, ListIdSchema, NameSchema, TargetNameSchema } from "./name.ts";

/** The most entries of one list: 5,000 dual-stack nodes with two checks each. */
export const MAX_TARGETS = 20_000;

const column = <S extends TSchema>(items: S) => Type.Array(items, { maxItems: MAX_TARGETS });

/** Round ids start at 1 and only grow. */
export const RoundIdSchema = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/**
 * What a round asks every agent to probe, for one type. Columns are aligned by index: entry i is
 * one check of one address. `name` says who should answer there: a pod, a node, a service (for
 * `dns`, the name to look up), or the external target as the operator wrote it. `address` is never
 * empty. It is `ip:port` (`[ip]:port` for IPv6), the IP that a look-up must give (`dns`), or a URL
 * (`http`).
 */
export const TargetListSchema = Type.Object(
  {
    v: Type.Literal(1),
    type: TargetTypeSchema,
    round: RoundIdSchema,
    list: ListIdSchema,
    /**
     * Milliseconds from publication until the report is due. A duration and not a time, because the
     * clocks of nodes differ.
     */
    reportWithinMs: Type.Integer({ minimum: 1, maximum: 3_600_000 }),
    check: column(CheckSchema),
    name: column(TargetNameSchema),
    node: column(Type.Union([NameSchema, Type.Null()])),
    address: column(AddressSchema),
  },
  { additionalProperties: false },
);
export type TargetList = Static<typeof TargetListSchema>;

/** The columns alone: what a round knows about its targets. */
export type TargetColumns = Pick<TargetList, "check" | "name" | "node" | "address">;
