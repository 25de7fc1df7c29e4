import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { Static, TSchema } from "typebox";
import type { Api } from "../api.ts";
import { inMemory, keptRound } from "../find-round.ts";
import { ErrorSchema, UnavailableSchema } from "../schemas/errors.ts";
import { RoundParamsSchema } from "../schemas/parameters.ts";
import { MESH_VIEW } from "../views/mesh-view.ts";
import { NODE_STATES_VIEW } from "../views/node-states-view.ts";
import { RESULTS_VIEW } from "../views/results-view.ts";
import { type RoundView, sendView } from "../views/round-view.ts";

/** The views of a round: of the last one, and of each kept round by its id. */
export function roundRoutes(api: Api): FastifyPluginAsyncTypebox {
  return async (app) => {
    addRoutes(app, api, RESULTS_VIEW);
    addRoutes(app, api, MESH_VIEW);
    addRoutes(app, api, NODE_STATES_VIEW);
  };
}

function addRoutes<Query extends TSchema>(
  app: FastifyInstance,
  api: Api,
  view: RoundView<Query>,
): void {
  const { path, summary, query: querystring, body } = view;
  const response = { 200: body, 400: ErrorSchema, 503: UnavailableSchema };

  app.get(
    path,
    { schema: { summary: summary.ofLast, querystring, response } },
    async (request, reply) => {
      const query = request.query as Static<Query>;
      const instead = view.insteadOfLast?.(api, query);
      if (instead) return api.answers.send(request, reply.code(503), instead);
      const writing = view.write(api, query);
      const shown = { round: inMemory(view.last(api)), verdict: api.verdict() };
      return sendView(api, path, shown, writing, request, reply);
    },
  );

  app.get(
    `/rounds/:id${path}`,
    {
      schema: {
        summary: summary.ofKept,
        params: RoundParamsSchema,
        querystring,
        response: { ...response, 404: ErrorSchema },
      },
    },
    async (request, reply) => {
      const { id } = request.params as Static<typeof RoundParamsSchema>;
      const writing = view.write(api, request.query as Static<Query>);
      const round = await keptRound(api, id);
      const shown = { round, verdict: round.head.verdict };
      return sendView(api, path, shown, writing, request, reply);
    },
  );
}
