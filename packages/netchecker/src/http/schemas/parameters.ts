import { RoundIdSchema } from "@netchecker/contract";
import { Type } from "typebox";

/** A query's schema. A client that sends an unknown parameter gets an error that names it. */
export const query = <Properties extends Parameters<typeof Type.Object>[0]>(
  properties: Properties,
) => Type.Object(properties, { additionalProperties: false });

/** The query of a route without parameters. */
export const NoParametersSchema = query({});

export const RoundParamsSchema = Type.Object({ id: RoundIdSchema });
