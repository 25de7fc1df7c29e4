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
import type { ClosedRound } from "@netchecker/round/closed-round";
import { sayVerdict } from "../core/verdict/say-verdict.ts";
import { type ResultFilter, results } from "../core/results.ts";
import { formatText } from "../core/text-view/format-text.ts";
import { driveSteps } from "../drive-steps.ts";
import type { Source } from "./answers/answers.ts";
import type { Api } from "./api.ts";
import type { Served } from "./served.ts";
import { ErrorSchema, UnavailableSchema } from "./errors.ts";
import { inMemory, latestRound, type ServedRound } from "./find-round.ts";
import { LongObject, linePieces, objectPieces } from "./json-stream.ts";
import { envelope, etagOf, noticesOf } from "./serve-round.ts";
import { hasVersion } from "./versioned.ts";

const Name = Type.String({ minLength: 1, maxLength: 2048 });

export const ResultsQuerySchema = Type.Object(
  {
    type: Type.Optional(TargetTypeSchema),
    ok: Type.Optional(
      Type.Enum(["true", "false", "unknown"] as const, {
        description:
          "What came of the probe. What a missing agent did not measure is told by round.missing; its rows are listed for unknown, and where from names it.",
      }),
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
    // Three agents and 1,000 nodes without one would be 800 MB that say nothing.
    exceptMissing: ok !== "unknown" && from === undefined,
  };
}

/** A text says ages, and is made once a second. */
const textAge = (): string => String(Math.floor(Date.now() / 1_000));

/** A round in the format that is asked for, under a verdict; a 304 where the client has it. */
export async function sendResults(
  api: Api,
  { round, verdict }: { readonly round: ServedRound; readonly verdict: Verdict | null },
  query: ResultsQuery,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.header("cache-control", "no-cache");
  const etag = etagOf(api, round, verdict, JSON.stringify(query));
  const { format = "json" } = query;
  if (format === "text") {
    const key = `text ${etag} ${textAge()}`;
    const open = () =>
      opened(round, async (each) => [
        await driveSteps(formatText(each, verdict, Date.now(), noticesOf(api, each))),
      ]);
    return api.answers.send(request, reply, { key, type: TYPES.text, open });
  }
  reply.header("etag", etag);
  if (hasVersion(request.headers["if-none-match"], etag)) return reply.code(304).send();
  const open = () =>
    opened(round, (each) => {
      const rows = results(each, filterOf(query));
      if (format === "ndjson") return linePieces(rows);
      return objectPieces(new LongObject(envelope(api, each, verdict), { results: rows }));
    });
  return api.answers.send(request, reply, { key: `results ${etag}`, type: TYPES[format], open });
}

const TYPES = {
  json: "application/json; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
  text: "text/plain; charset=utf-8",
} as const;

/** What is made of a round, which is held until that is done. */
export async function opened(
  round: ServedRound,
  piecesOf: (round: ClosedRound) => Iterable<string> | Promise<Iterable<string>>,
): Promise<Source> {
  const { value, release } = await round.open();
  try {
    return { pieces: await piecesOf(value), release };
  } catch (error) {
    release();
    throw error;
  }
}

const saysNothingOfNow = (served: Served) => served.keeper.latest === null || served.isStale();

/** The verdict's line, and below it the last round, where there is one: people want to see what was known. */
async function oldText(served: Served, verdict: Verdict): Promise<string> {
  const now = Date.now();
  const { latest } = served.keeper;
  if (!latest) return `${sayVerdict(verdict, now)}\n`;
  // The verdict says what is in the way.
  const notices = ["What follows is the last round that closed. It says nothing of now."];
  return driveSteps(formatText(latest, verdict, now, notices));
}

export function resultsRoutes(api: Api): FastifyPluginAsyncTypebox {
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
      async (request, reply) => {
        const { query } = request;
        const verdict = api.verdict();
        if (query.format === "text" && saysNothingOfNow(api)) {
          const key = `old text ${api.keeper.latest?.head.startedAt} ${verdict.sentence} ${textAge()}`;
          const open = async () => ({ pieces: [await oldText(api, verdict)] });
          reply.code(503);
          return api.answers.send(request, reply, { key, type: TYPES.text, open }) as never;
        }
        const now = { round: inMemory(latestRound(api)), verdict };
        return sendResults(api, now, query, request, reply) as never;
      },
    );
  };
}
