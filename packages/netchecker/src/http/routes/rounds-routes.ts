import type { IncomingHttpHeaders } from "node:http";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { isoTime } from "@netchecker/round/iso-time";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { CannotOpenRoundError } from "../../run-one-round.ts";
import type { Api } from "../api.ts";
import { ErrorSchema, UnavailableSchema } from "../schemas/errors.ts";
import { NoParametersSchema, RoundParamsSchema } from "../schemas/parameters.ts";
import { HttpError } from "../http-error.ts";
import { fromHistory, noSuchRound } from "../find-round.ts";
import {
  OpenedRoundSchema,
  RoundBodySchema,
  RoundsBodySchema,
  RoundsQuerySchema,
} from "../schemas/rounds.ts";

export function roundsRoutes(api: Api): FastifyPluginAsyncTypebox {
  const { keeper } = api;
  return async (app) => {
    app.get(
      "/rounds",
      {
        schema: {
          summary: "Rounds, newest first",
          querystring: RoundsQuerySchema,
          response: {
            200: RoundsBodySchema,
            400: ErrorSchema,
            503: UnavailableSchema,
          },
        },
      },
      async ({ query: { limit = 50, before } }) => {
        const kept = await api.work.do(`heads ${limit} ${before}`, () =>
          keeper.heads(limit, before),
        );
        const open = before === undefined ? api.openRound() : null;
        const entries = kept.map(({ head, summary }) => ({ round: head, summary }));
        const all = open
          ? [{ round: roundWithoutResult(open, "open", null), summary: null }, ...entries]
          : entries;
        return { rounds: all, next: kept.length === limit ? kept.at(-1)!.head.id : null };
      },
    );

    app.get(
      "/rounds/:id",
      {
        schema: {
          summary: "One round: how it went, its summary, its findings",
          params: RoundParamsSchema,
          querystring: NoParametersSchema,
          response: {
            200: RoundBodySchema,
            404: ErrorSchema,
            503: UnavailableSchema,
          },
        },
      },
      async ({ params: { id } }) => {
        const open = api.openRound();
        if (open?.id === id)
          return { round: roundWithoutResult(open, "open", null), summary: null, findings: [] };
        const found = await fromHistory(() => keeper.head(id));
        if (!found) throw noSuchRound(id);
        const findings = await fromHistory(() => keeper.findingsOf(id));
        return { round: found.head, summary: found.summary, findings: [...findings] };
      },
    );

    // The body does not matter and is not read. Only the headers count, because another site's page cannot set them
    // freely.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (_request, _body, done) => done(null));

    let requestedAt = -Infinity;
    app.post(
      "/rounds",
      {
        schema: {
          summary: "Start a round now. Only one round can be open",
          description:
            "Needs `Content-Type: application/json` or `X-Netchecker: 1`, because a page of another site cannot send these without permission. The last 20 requested rounds are kept in addition to the scheduled ones.",
          querystring: NoParametersSchema,
          response: {
            202: OpenedRoundSchema,
            409: ErrorSchema,
            415: ErrorSchema,
            429: ErrorSchema,
            503: UnavailableSchema,
          },
        },
        onRequest: async (request) => requireIntent(request.headers),
      },
      async (_request, reply) => {
        const leftMs = requestedAt + api.requestPauseMs - performance.now();
        if (leftMs > 0) throw tooSoon(leftMs);
        try {
          const { id, startedAt } = await api.triggerRound();
          requestedAt = performance.now();
          const url = `/rounds/${id}`;
          return reply
            .code(202)
            .header("location", url)
            .send({ id, startedAt: isoTime(startedAt), url });
        } catch (error) {
          if (!(error instanceof CannotOpenRoundError)) throw error;
          const busy = error.code === "round_open";
          throw new HttpError(busy ? 409 : 503, error.code, `${error.message} Try again later.`, {
            "retry-after": "5",
          });
        }
      },
    );
  };
}

/** A form or script of another site can send neither header without a CORS preflight, and netchecker answers none. */
function requireIntent(headers: IncomingHttpHeaders): void {
  const isJson = /^application\/json\b/i.test(headers["content-type"] ?? "");
  if (isJson || headers["x-netchecker"] === "1") return;
  throw new HttpError(
    415,
    "header_missing",
    "Send Content-Type: application/json or X-Netchecker: 1, so that no page of another site can start rounds.",
  );
}

function tooSoon(leftMs: number): HttpError {
  const seconds = Math.ceil(leftMs / 1_000);
  return new HttpError(
    429,
    "too_soon",
    `A round was asked for a moment ago, and others come by themselves. Try again in ${seconds} s.`,
    { "retry-after": String(seconds) },
  );
}
