import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { NodeHistorySchema, TimelineSchema } from "@netchecker/contract";
import type { Api } from "../api.ts";
import { ErrorSchema, UnavailableSchema } from "../schemas/errors.ts";
import { NoParametersSchema } from "../schemas/parameters.ts";
import { HttpError } from "../http-error.ts";
import { NodeParamsSchema, TimelineQuerySchema } from "../schemas/history.ts";
import { fromHistory } from "../find-round.ts";
import { sendVersioned, versioned } from "../versioned.ts";

/** The kept rounds on a timeline, and one node over the kept rounds. */
export function historyRoutes(api: Api): FastifyPluginAsyncTypebox {
  const { keeper, work } = api;
  return async (app) => {
    app.get(
      "/timeline",
      {
        schema: {
          summary: "The kept rounds in brief, the oldest first",
          querystring: TimelineQuerySchema,
          response: { 200: TimelineSchema, 400: ErrorSchema, 503: UnavailableSchema },
        },
      },
      async (request, reply) => {
        const { limit = 1_440 } = request.query;
        const timeline = await work.do(`timeline ${limit}`, async () => {
          const rounds = await keeper.timeline(limit);
          return versioned({ rounds: rounds.toReversed() });
        });
        return sendVersioned(api, request, reply, timeline) as never;
      },
    );

    app.get(
      "/node-states/:node/history",
      {
        schema: {
          summary: "One node over the kept rounds, the oldest first",
          params: NodeParamsSchema,
          querystring: NoParametersSchema,
          response: { 200: NodeHistorySchema, 404: ErrorSchema, 503: UnavailableSchema },
        },
      },
      async (request, reply) => {
        const { node } = request.params;
        const history = await work.do(`node history ${node}`, async () => {
          const rounds = await fromHistory(() => keeper.nodeHistory(node));
          return rounds.length === 0 ? null : versioned({ node, rounds: rounds.toReversed() });
        });
        if (!history)
          throw new HttpError(
            404,
            "no_such_node",
            `There is no node ${node} in the kept rounds; see /node-states.`,
          );
        return sendVersioned(api, request, reply, history) as never;
      },
    );
  };
}
