import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { legacyNodes, legacyReport, legacySimple } from "../core/legacy-report.ts";
import type { ClosedRound } from "../core/closed-round.ts";
import { NoParametersSchema } from "./errors.ts";
import type { Served } from "./served.ts";
import { streamArray } from "./json-stream.ts";

/** The original's routes and what they give of a round. */
const ROUTES: Readonly<Record<string, (round: ClosedRound) => Iterable<unknown>>> = {
  "/report": (round) => legacyReport(round),
  "/report/true": (round) => legacyReport(round, true),
  "/report/false": (round) => legacyReport(round, false),
  "/simple/true": (round) => legacySimple(round, true),
  "/simple/false": (round) => legacySimple(round, false),
  "/nodes": (round) => legacyNodes(round),
};

/** For those who poll the original's routes. Its answer without results is `[]`, never an error. */
export function legacyRoutes({ keeper }: Served): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const [path, rows] of Object.entries(ROUTES))
      app.get(
        path,
        {
          schema: {
            summary: "As the original netChecker served it",
            deprecated: true,
            querystring: NoParametersSchema,
            response: { 200: Type.Array(Type.Unknown()) },
          },
        },
        (_request, reply) =>
          reply
            .type("application/json; charset=utf-8")
            .send(streamArray(keeper.latest ? rows(keeper.latest) : []) as never) as never,
      );
  };
}
