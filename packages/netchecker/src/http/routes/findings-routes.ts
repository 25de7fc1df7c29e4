import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Finding } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Api } from "../api.ts";
import { ErrorSchema, UnavailableSchema } from "../schemas/errors.ts";
import { NoParametersSchema } from "../schemas/parameters.ts";
import { HttpError } from "../http-error.ts";
import { fromHistory, latestRound } from "../find-round.ts";
import {
  FindingBodySchema,
  FindingParamsSchema,
  FindingsBodySchema,
  type FindingsQuery,
  FindingsQuerySchema,
  type Moment,
} from "../schemas/findings.ts";
import { LongObject, objectPieces, JSON_TYPE } from "../json-stream.ts";
import { etagOf } from "../serve-round.ts";

/** How many rounds back a finding is looked for. */
const HISTORY_ROUNDS = 500;

function isWanted(finding: Finding, { state, node, since }: FindingsQuery): boolean {
  return (
    (state === undefined || finding.state === state) &&
    (node === undefined || finding.nodes.includes(node) || finding.peers.includes(node)) &&
    (since === undefined || finding.since.round >= since)
  );
}

/** The findings of now, and one finding over the kept rounds. */
export function findingsRoutes(api: Api): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/findings",
      {
        schema: {
          summary: "What is broken: the findings of the last closed round",
          querystring: FindingsQuerySchema,
          response: {
            200: FindingsBodySchema,
            400: ErrorSchema,
            503: UnavailableSchema,
          },
        },
      },
      async (request, reply) => {
        const { query } = request;
        const round = latestRound(api);
        const { id, startedAt } = round.head;
        reply.header("cache-control", "no-cache");
        const key = `findings ${etagOf(api, round, null, JSON.stringify(query))}`;
        const findings = () => round.findings.filter((finding) => isWanted(finding, query));
        const open = () => ({
          pieces: objectPieces(
            new LongObject({ round: { id, startedAt } }, { findings: findings() }),
          ),
        });
        return api.answers.send(request, reply, { key, type: JSON_TYPE, open }) as never;
      },
    );

    app.get(
      "/findings/:id",
      {
        schema: {
          summary: "One finding, and its state in each kept round that showed it, the newest first",
          params: FindingParamsSchema,
          querystring: NoParametersSchema,
          response: {
            200: FindingBodySchema,
            404: ErrorSchema,
            503: UnavailableSchema,
          },
        },
      },
      async ({ params: { id } }) => {
        const history = () => api.keeper.findingHistory(id, HISTORY_ROUNDS);
        const shown = await api.work.do(`finding ${id}`, () => fromHistory(history));
        const [last] = shown;
        if (!last)
          throw new HttpError(
            404,
            "no_such_finding",
            `There is no finding ${id} in the kept rounds; see /findings.`,
          );
        return { finding: last.finding, history: shown.map(momentOf) };
      },
    );
  };
}

function momentOf({ head, finding }: { head: ClosedRound["head"]; finding: Finding }): Moment {
  const { state, severity, summary, evidence } = finding;
  const { explains, ofFailures, examples } = evidence;
  const { id: round, startedAt } = head;
  return { round, startedAt, state, severity, summary, explains, ofFailures, examples };
}
