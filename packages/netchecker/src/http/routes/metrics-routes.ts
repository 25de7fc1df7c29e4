import { createHash } from "node:crypto";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { Api } from "../api.ts";
import { UnavailableSchema } from "../schemas/errors.ts";
import { NoParametersSchema } from "../schemas/parameters.ts";

export function metricsRoutes(api: Api): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/metrics",
      {
        schema: {
          summary: "Metrics of the last round and of netchecker itself, for Prometheus",
          querystring: NoParametersSchema,
          produces: ["text/plain"],
          response: { 200: Type.String(), 503: UnavailableSchema },
        },
      },
      async (request, reply) => {
        const { contentType: type, text } = await api.work.do("metrics", api.answerScrape);
        const digest = createHash("sha256").update(text).digest("base64url");
        const open = () => ({ pieces: [text] });
        return api.answers.send(request, reply, { key: `metrics ${digest}`, type, open }) as never;
      },
    );
  };
}
