import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { legacyNodes, legacyReport, legacySimple } from "../../core/legacy-report.ts";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Api } from "../api.ts";
import { UnavailableSchema } from "../schemas/errors.ts";
import { NoParametersSchema } from "../schemas/parameters.ts";
import { measuredRound } from "../find-round.ts";
import { arrayPieces, JSON_TYPE } from "../json-stream.ts";
import { etagOf } from "../serve-round.ts";

/** The original's routes, each with the rows that it gives. */
const ROUTES: Readonly<Record<string, (round: ClosedRound) => Iterable<unknown>>> = {
  "/report": (round) => legacyReport(round),
  "/report/true": (round) => legacyReport(round, true),
  "/report/false": (round) => legacyReport(round, false),
  "/simple/true": (round) => legacySimple(round, true),
  "/simple/false": (round) => legacySimple(round, false),
  "/nodes": (round) => legacyNodes(round),
};

/**
 * Serves clients of the original's routes. An empty list means that a measured round has no such rows. If nothing is
 * measured, the answer is a 503 with the reason.
 */
export function legacyRoutes(api: Api): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const [path, rows] of Object.entries(ROUTES))
      app.get(
        path,
        {
          schema: {
            summary: "A route of the original netChecker, with the same answer",
            deprecated: true,
            querystring: NoParametersSchema,
            response: { 200: Type.Array(Type.Unknown()), 503: UnavailableSchema },
          },
        },
        async (request, reply) => {
          const round = measuredRound(api);
          const key = `legacy ${etagOf(api, round, null, path)}`;
          const open = () => ({ pieces: arrayPieces(rows(round)) });
          return api.answers.send(request, reply, { key, type: JSON_TYPE, open }) as never;
        },
      );
  };
}
