import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { NodeHistorySchema, TimelineSchema } from "@netchecker/contract";
import { Type } from "typebox";
import { ErrorSchema, HttpError, NoParametersSchema, UnavailableSchema } from "./errors.ts";
import { fromHistory } from "./find-round.ts";
import type { Served } from "./served.ts";
import { sendVersioned } from "./versioned.ts";

/** What the kept rounds have in common: how they went, and how one node fared in them. */
export function historyRoutes({ keeper }: Served): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/timeline",
      {
        schema: {
          summary: "The kept rounds in short, the oldest first",
          querystring: Type.Object(
            {
              limit: Type.Optional(
                Type.Integer({
                  minimum: 1,
                  maximum: 10_000,
                  default: 1_440,
                  description: "So many, the newest ones.",
                }),
              ),
            },
            { additionalProperties: false },
          ),
          response: { 200: TimelineSchema, 400: ErrorSchema },
        },
      },
      async (request, reply) => {
        const rounds = await keeper.timeline(request.query.limit ?? 1_440);
        return sendVersioned(request, reply, { rounds: rounds.toReversed() }) as never;
      },
    );

    app.get(
      "/node-states/:node/history",
      {
        schema: {
          summary: "One node over the kept rounds, the oldest first",
          params: Type.Object({ node: Type.String({ minLength: 1, maxLength: 253 }) }),
          querystring: NoParametersSchema,
          response: { 200: NodeHistorySchema, 404: ErrorSchema, 503: UnavailableSchema },
        },
      },
      async (request, reply) => {
        const { node } = request.params;
        const rounds = await fromHistory(() => keeper.nodeHistory(node));
        if (rounds.length === 0)
          throw new HttpError(
            404,
            "no_such_node",
            `There is no node ${node} in the kept rounds; see /node-states.`,
          );
        return sendVersioned(request, reply, { node, rounds: rounds.toReversed() }) as never;
      },
    );
  };
}
