import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  CountsSchema,
  PlannedWhySchema,
  MISSING_WHYS,
  RoundHeadSchema,
  RoundIdSchema,
  SummarySchema,
} from "@netchecker/contract";
import { Type } from "typebox";
import type { ClosedRound } from "../core/closed-round.ts";
import { nodeStates } from "../core/node-states.ts";
import type { Served } from "./served.ts";
import { ErrorSchema, NoParametersSchema, UnavailableSchema } from "./errors.ts";
import { keptRound, latestRound } from "./find-round.ts";

const NodeStateSchema = Type.Object({
  node: Type.String(),
  pod: Type.Union([Type.String(), Type.Null()]),
  agent: Type.Enum(["reported", ...MISSING_WHYS] as const),
  planned: Type.Union([PlannedWhySchema, Type.Null()]),
  from: SummarySchema,
  to: Type.Object({ pod: CountsSchema, node: CountsSchema }),
});

const BodySchema = Type.Object({ round: RoundHeadSchema, nodes: Type.Array(NodeStateSchema) });

const bodyOf = (round: ClosedRound) => ({ round: round.head, nodes: nodeStates(round) as never[] });

export function nodeStatesRoutes(served: Served): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/node-states",
      {
        schema: {
          summary: "Each node in the last round: its agent, what it reaches, who reaches it",
          querystring: NoParametersSchema,
          response: { 200: BodySchema, 503: UnavailableSchema },
        },
      },
      () => bodyOf(latestRound(served)),
    );

    app.get(
      "/rounds/:id/node-states",
      {
        schema: {
          summary: "The same of one round; of an old one, its failures are counted",
          params: Type.Object({ id: RoundIdSchema }),
          querystring: NoParametersSchema,
          response: { 200: BodySchema, 404: ErrorSchema, 503: UnavailableSchema },
        },
      },
      async ({ params: { id } }) => bodyOf(await keptRound(served, id)),
    );
  };
}
