import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  CountsSchema,
  ExpectedWhySchema,
  MISSING_WHYS,
  RoundHeadSchema,
  SummarySchema,
} from "@netchecker/contract";
import { Type } from "typebox";
import { nodeStates } from "../core/node-states.ts";
import type { Served } from "./served.ts";
import { ErrorSchema, NoParametersSchema } from "./errors.ts";
import { latestRound } from "./find-round.ts";

const NodeStateSchema = Type.Object({
  node: Type.String(),
  pod: Type.Union([Type.String(), Type.Null()]),
  agent: Type.Enum(["reported", ...MISSING_WHYS] as const),
  expected: Type.Union([ExpectedWhySchema, Type.Null()]),
  from: SummarySchema,
  to: Type.Object({ pod: CountsSchema, node: CountsSchema }),
});

export function nodeStatesRoutes(served: Served): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/node-states",
      {
        schema: {
          summary: "Each node in the last round: its agent, what it reaches, who reaches it",
          querystring: NoParametersSchema,
          response: {
            200: Type.Object({ round: RoundHeadSchema, nodes: Type.Array(NodeStateSchema) }),
            503: ErrorSchema,
          },
        },
      },
      () => {
        const round = latestRound(served);
        return { round: round.head, nodes: nodeStates(round) as never[] };
      },
    );
  };
}
