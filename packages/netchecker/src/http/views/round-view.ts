import type { Verdict } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Static, TSchema } from "typebox";
import type { Answer, Source } from "../answers/answers.ts";
import type { Api } from "../api.ts";
import type { ServedRound } from "../find-round.ts";
import { etagOf } from "../serve-round.ts";
import type { Served } from "../served.ts";
import { hasVersion } from "../versioned.ts";

/** A round, and the verdict that is shown with it: of now for the last round, as of its close for all others. */
export interface Shown {
  readonly round: ServedRound;
  readonly verdict: Verdict | null;
}

/** What a view makes of a round for one query. */
export interface Writing {
  /** The media type. */
  readonly type: string;
  /** Names the bytes of this query among all bytes of this view and this round. */
  readonly variant: string;
  /** Whether the bytes depend on the clock, too. Then they get no ETag. They are shared for one second. */
  readonly ages?: boolean;
  readonly piecesOf: (
    round: ClosedRound,
    verdict: Verdict | null,
  ) => Iterable<string> | Promise<Iterable<string>>;
}

/** One way to show a round. It has a route for the last round and one for each kept round. */
export interface RoundView<Query extends TSchema> {
  readonly path: `/${string}`;
  readonly summary: { readonly ofLast: string; readonly ofKept: string };
  readonly query: Query;
  readonly body: TSchema;
  /** The last round to show. Throws a 503 if there is none. */
  readonly last: (served: Served) => ClosedRound;
  /** What to send with a 503 if the last round says nothing of now; null for the usual error. */
  readonly insteadOfLast?: (api: Api, query: Static<Query>) => Answer | null;
  /** Throws a 400 if the query is wrong. */
  readonly write: (api: Api, query: Static<Query>) => Writing;
}

/** A text with ages is shared for one second only. */
export const thisSecond = (): string => String(Math.floor(Date.now() / 1_000));

/** Sends a view of a round; a 304 if the client has it already. All clients that ask for the same share one body. */
export async function sendView(
  api: Api,
  path: string,
  { round, verdict }: Shown,
  { type, variant, ages = false, piecesOf }: Writing,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.header("cache-control", "no-cache");
  const etag = etagOf(api, round, verdict, variant);
  const open = () => opened(round, (each) => piecesOf(each, verdict));
  const key = `${path} ${etag}`;
  if (ages) return api.answers.send(request, reply, { key: `${key} ${thisSecond()}`, type, open });
  reply.header("etag", etag);
  if (hasVersion(request.headers["if-none-match"], etag)) return reply.code(304).send();
  return api.answers.send(request, reply, { key, type, open });
}

/** Opens a round and makes pieces of it. The round is held until the pieces are no longer needed. */
async function opened(
  round: ServedRound,
  piecesOf: (round: ClosedRound) => ReturnType<Writing["piecesOf"]>,
): Promise<Source> {
  const { value, release } = await round.open();
  try {
    return { pieces: await piecesOf(value), release };
  } catch (error) {
    release();
    throw error;
  }
}
