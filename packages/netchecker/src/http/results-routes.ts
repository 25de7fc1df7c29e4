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
          "The result of the check. Rows that a missing agent did not measure are listed only for unknown, or if from names that agent; round.missing lists the missing agents.",
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
  /** For the last round: the verdict of now. For a round by its id: the verdict as of its close. */
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
    // If 1,000 nodes had no agent, their unknown rows would be 800 MB without information.
    exceptMissing: ok !== "unknown" && from === undefined,
  };
}

/** A text contains ages, so it is shared for one second only. */
const textSecond = (): string => String(Math.floor(Date.now() / 1_000));

/** Sends a round in the requested format, under a verdict; a 304 if the client has it already. */
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
    const key = `text ${etag} ${textSecond()}`;
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

/** Opens a round and makes pieces of it. The round is held until the pieces are no longer needed. */
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

/** The verdict's line and, if there is one, the last round below it: people want to see what was known last. */
async function oldText(served: Served, verdict: Verdict): Promise<string> {
  const now = Date.now();
  const { latest } = served.keeper;
  if (!latest) return `${sayVerdict(verdict, now)}\n`;
  // The verdict already says why, so there are no other notices.
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
          const key = `old text ${api.keeper.latest?.head.startedAt} ${verdict.sentence} ${textSecond()}`;
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
