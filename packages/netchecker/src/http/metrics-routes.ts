import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { NoParametersSchema } from "./errors.ts";
import type { Served } from "./served.ts";

export function metricsRoutes(served: Served): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/metrics",
      {
        schema: {
          summary: "The last round and netchecker itself, for Prometheus",
          querystring: NoParametersSchema,
          produces: ["text/plain"],
          response: { 200: Type.String() },
        },
      },
      async (_request, reply) => {
        const { contentType, text } = await served.answerScrape();
        return reply.header("content-type", contentType).send(text);
      },
    );
  };
}
