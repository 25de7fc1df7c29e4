import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { TimeSchema, VerdictSchema } from "@netchecker/contract";
import { Type } from "typebox";
import { isoTime } from "@netchecker/round/iso-time";
import { NoParametersSchema } from "../schemas/parameters.ts";
import type { Served } from "../served.ts";

/** The answer of `/readyz`, on the API's listener and on the one for health alone. */
export function readinessOf(served: Served) {
  const away = served.redisAwaySince();
  const verdict = served.verdict();
  const ready = verdict.verdict !== "unmeasured";
  return {
    status: ready ? (200 as const) : (503 as const),
    body: {
      status: ready ? ("ready" as const) : ("not_ready" as const),
      verdict,
      clusterSynced: served.synced(),
      redisAwaySince: away === null ? null : isoTime(away),
      lastRound: served.keeper.latest?.head.id ?? null,
    },
  };
}

/**
 * Healthy means that the process answers. Ready means that it knows how the network is now, and does not stand by.
 */
export function healthRoutes(served: Served): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/healthz",
      {
        schema: {
          summary: "Whether the process is alive",
          querystring: NoParametersSchema,
          response: { 200: Type.Object({ status: Type.Literal("ok") }) },
        },
      },
      () => ({ status: "ok" as const }),
    );

    const Readiness = Type.Object({
      status: Type.Enum(["ready", "not_ready"] as const),
      verdict: VerdictSchema,
      clusterSynced: Type.Boolean(),
      redisAwaySince: Type.Union([TimeSchema, Type.Null()]),
      lastRound: Type.Union([Type.Integer(), Type.Null()]),
    });
    app.get(
      "/readyz",
      {
        schema: {
          summary:
            "Whether netchecker knows the state of the network. 503 while the verdict is unmeasured or this netchecker stands by",
          querystring: NoParametersSchema,
          response: { 200: Readiness, 503: Readiness },
        },
      },
      async (_request, reply) => {
        const { status, body } = readinessOf(served);
        return reply.code(status).send(body);
      },
    );
  };
}
