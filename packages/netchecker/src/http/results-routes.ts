import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  FindingSchema,
  ResultSchema,
  RoundHeadSchema,
  SummarySchema,
  TargetTypeSchema,
  TimeSchema,
  type Verdict,
  VerdictSchema,
} from "@netchecker/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { ClosedRound } from "../core/closed-round.ts";
import { sayVerdict } from "../core/verdict/say-verdict.ts";
import { type ResultFilter, results } from "../core/results.ts";
import { formatText } from "../core/text-view/format-text.ts";
import type { Served } from "./served.ts";
import { ErrorSchema, UnavailableSchema } from "./errors.ts";
import { latestRound } from "./find-round.ts";
import { LongObject, streamLines, streamObject } from "./json-stream.ts";
import { envelope, etagOf, noticesOf } from "./serve-round.ts";
import { hasVersion } from "./versioned.ts";

const Name = Type.String({ minLength: 1, maxLength: 2048 });

export const ResultsQuerySchema = Type.Object(
  {
    type: Type.Optional(TargetTypeSchema),
    ok: Type.Optional(
      Type.Enum(["true", "false", "unknown"] as const, { description: "What came of the probe." }),
    ),
    from: Type.Optional({ ...Name, description: "A node or a ping pod." }),
    to: Type.Optional({
      ...Name,
      description: "A node, a pong pod, a service, an external target, or an address.",
    }),
    format: Type.Optional(
      Type.Enum(["json", "text", "ndjson"] as const, {
        description: "json, text for people (filters do not apply), ndjson: a result a line.",
      }),
    ),
  },
  { additionalProperties: false },
);
type ResultsQuery = Static<typeof ResultsQuerySchema>;

export const ResultsBodySchema = Type.Object({
  round: RoundHeadSchema,
  summary: SummarySchema,
  findings: Type.Array(FindingSchema),
  /** Now's, where the last round is asked for; a round's own, as of its close, where that is. */
  verdict: Type.Union([VerdictSchema, Type.Null()]),
  redis: Type.Object({ awaySince: Type.Union([TimeSchema, Type.Null()]) }),
  notices: Type.Array(Type.String()),
  results: Type.Array(ResultSchema),
});

const OK = { true: true, false: false, unknown: null } as const;

function filterOf({ type, ok, from, to }: ResultsQuery): ResultFilter {
  return {
    ...(type && { type }),
    ...(ok && { ok: OK[ok] }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

/** A round in the format that is asked for, under a verdict; a 304 where the client has it. */
export function sendResults(
  served: Served,
  { round, verdict }: { readonly round: ClosedRound; readonly verdict: Verdict | null },
  query: ResultsQuery,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.header("cache-control", "no-cache");
  // The text says how old the round is, so it is never the same twice.
  if (query.format === "text")
    return sendText(reply, formatText(round, verdict, Date.now(), noticesOf(served, round)));
  const etag = etagOf(served, round, verdict, JSON.stringify(query));
  reply.header("etag", etag);
  if (hasVersion(request.headers["if-none-match"], etag)) return reply.code(304).send();
  const rows = results(round, filterOf(query));
  if (query.format === "ndjson")
    return reply.type("application/x-ndjson; charset=utf-8").send(streamLines(rows));
  return reply
    .type("application/json; charset=utf-8")
    .send(streamObject(new LongObject(envelope(served, round, verdict), { results: rows })));
}

function sendText(reply: FastifyReply, text: string): FastifyReply {
  return reply.type("text/plain; charset=utf-8").send(text);
}

const saysNothingOfNow = (served: Served) => served.keeper.latest === null || served.isStale();

/** The verdict's line, and below it the last round, where there is one: people want to see what was known. */
function oldText(served: Served, verdict: Verdict): string {
  const now = Date.now();
  const { latest } = served.keeper;
  if (!latest) return `${sayVerdict(verdict, now)}\n`;
  // The verdict says what is in the way.
  return formatText(latest, verdict, now, [
    "What follows is the last round that closed. It says nothing of now.",
  ]);
}

export function resultsRoutes(served: Served): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/results",
      {
        schema: {
          summary: "The last closed round",
          querystring: ResultsQuerySchema,
          response: { 200: ResultsBodySchema, 400: ErrorSchema, 503: UnavailableSchema },
        },
      },
      (request, reply) => {
        const { query } = request;
        const verdict = served.verdict();
        if (query.format === "text" && saysNothingOfNow(served))
          return sendText(reply.code(503), oldText(served, verdict)) as never;
        const now = { round: latestRound(served), verdict };
        return sendResults(served, now, query, request, reply) as never;
      },
    );
  };
}
