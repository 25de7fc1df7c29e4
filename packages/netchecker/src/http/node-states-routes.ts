import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  CountsSchema,
  PlannedWhySchema,
  MISSING_WHYS,
  RoundHeadSchema,
  RoundIdSchema,
  SummarySchema,
} from "@netchecker/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { nodeStates } from "../core/node-states.ts";
import { driveSteps } from "../drive-steps.ts";
import type { Api } from "./api.ts";
import { ErrorSchema, NoParametersSchema, UnavailableSchema } from "./errors.ts";
import { inMemory, keptRound, latestRound, type ServedRound } from "./find-round.ts";
import { LongObject, objectPieces } from "./json-stream.ts";
import { opened } from "./results-routes.ts";
import { etagOf } from "./serve-round.ts";

const NodeStateSchema = Type.Object({
  node: Type.String(),
  pod: Type.Union([Type.String(), Type.Null()]),
  agent: Type.Enum(["reported", ...MISSING_WHYS] as const),
  planned: Type.Union([PlannedWhySchema, Type.Null()]),
  from: SummarySchema,
  to: Type.Object({ pod: CountsSchema, node: CountsSchema }),
});

const BodySchema = Type.Object({ round: RoundHeadSchema, nodes: Type.Array(NodeStateSchema) });

async function piecesOf(round: ClosedRound): Promise<Iterable<string>> {
  const nodes = await driveSteps(nodeStates(round));
  return objectPieces(new LongObject({ round: round.head }, { nodes }));
}

/** All clients that ask for the same round share one body. */
function sendStates(api: Api, round: ServedRound, request: FastifyRequest, reply: FastifyReply) {
  const key = `node-states ${etagOf(api, round, round.head.verdict, "")}`;
  const type = "application/json; charset=utf-8";
  return api.answers.send(request, reply, { key, type, open: () => opened(round, piecesOf) });
}

export function nodeStatesRoutes(api: Api): FastifyPluginAsyncTypebox {
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
      async (request, reply) =>
        sendStates(api, inMemory(latestRound(api)), request, reply) as never,
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
      async (request, reply) =>
        sendStates(api, await keptRound(api, request.params.id), request, reply) as never,
    );
  };
}
