import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { MeshSchema, RoundIdSchema, type Verdict } from "@netchecker/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { meshNodes } from "../core/mesh/mesh-nodes.ts";
import { type PlaneColumns, planeColumns } from "../core/mesh/plane-columns.ts";
import { PlaneRows } from "../core/mesh/plane-rows.ts";
import { ErrorSchema, HttpError, UnavailableSchema } from "./errors.ts";
import type { Api } from "./api.ts";
import { inMemory, keptRound, lastRound, type ServedRound } from "./find-round.ts";
import { LongObject, objectPieces } from "./json-stream.ts";
import { opened } from "./results-routes.ts";
import { etagOf } from "./serve-round.ts";
import { hasVersion } from "./versioned.ts";

const EXTRAS = ["attempts", "latencies"] as const;
type Extra = (typeof EXTRAS)[number];

const QuerySchema = Type.Object(
  {
    with: Type.Optional(
      Type.String({
        description: "What is wanted beside reasons, comma-separated: attempts, latencies.",
      }),
    ),
  },
  { additionalProperties: false },
);
type Query = Static<typeof QuerySchema>;

function extrasOf({ with: wanted }: Query): ReadonlySet<Extra> {
  const items = wanted === undefined ? [] : wanted.split(",");
  if (!items.every((item): item is Extra => (EXTRAS as readonly string[]).includes(item)))
    throw new HttpError(
      400,
      "bad_request",
      `Parameter with is ${JSON.stringify(wanted)}; allowed: ${EXTRAS.join(", ")}, comma-separated.`,
    );
  return new Set(items);
}

/** Sends the mesh of a round, made row by row; a 304 if the client has it already. */
async function sendMesh(
  api: Api,
  { round, verdict }: { readonly round: ServedRound; readonly verdict: Verdict | null },
  extras: ReadonlySet<Extra>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const etag = etagOf(api, round, verdict, [...extras].toSorted().join());
  reply.headers({ "cache-control": "no-cache", etag });
  if (hasVersion(request.headers["if-none-match"], etag)) return reply.code(304).send();
  const open = () => opened(round, (each) => meshPieces(each, extras));
  const type = "application/json; charset=utf-8";
  return api.answers.send(request, reply, { key: `mesh ${etag}`, type, open });
}

function meshPieces(round: ClosedRound, extras: ReadonlySet<Extra>): Iterable<string> {
  const { head, summary, findings } = round;
  const fields = { round: head, summary, findings, nodes: meshNodes(round) };
  const planes = planeColumns(round.plan).map((plane) => longPlane(round, plane, extras));
  return objectPieces(new LongObject(fields, { planes }));
}

function longPlane(
  { matrices }: ClosedRound,
  { columns, ...fields }: PlaneColumns,
  extras: ReadonlySet<Extra>,
): LongObject {
  const rows = new PlaneRows(matrices[fields.type], columns);
  return new LongObject(fields, {
    reasons: rows.reasons(),
    ...(extras.has("attempts") && { attempts: rows.attempts() }),
    ...(extras.has("latencies") && { latencies: rows.latencies() }),
  });
}

/** A round as the page needs it: columns instead of one row per result. */
export function meshRoutes(api: Api): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/mesh",
      {
        schema: {
          summary: "The last closed round as a mesh: who reached whom, as columns",
          querystring: QuerySchema,
          response: { 200: MeshSchema, 400: ErrorSchema, 503: UnavailableSchema },
        },
      },
      async (request, reply) => {
        const extras = extrasOf(request.query);
        const last = { round: inMemory(lastRound(api)), verdict: api.verdict() };
        return sendMesh(api, last, extras, request, reply) as never;
      },
    );

    app.get(
      "/rounds/:id/mesh",
      {
        schema: {
          summary: "One round as a mesh; of an old one, its failures",
          params: Type.Object({ id: RoundIdSchema }),
          querystring: QuerySchema,
          response: { 200: MeshSchema, 400: ErrorSchema, 404: ErrorSchema, 503: UnavailableSchema },
        },
      },
      async (request, reply) => {
        const extras = extrasOf(request.query);
        const round = await keptRound(api, request.params.id);
        const { verdict } = round.head;
        return sendMesh(api, { round, verdict }, extras, request, reply) as never;
      },
    );
  };
}
