import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  EvidenceExampleSchema,
  type Finding,
  FINDING_STATES,
  FindingSchema,
  FindingStateSchema,
  RoundIdSchema,
  SeveritySchema,
  TimeSchema,
} from "@netchecker/contract";
import { type Static, Type } from "typebox";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Api } from "./api.ts";
import { ErrorSchema, HttpError, NoParametersSchema, UnavailableSchema } from "./errors.ts";
import { fromHistory, latestRound } from "./find-round.ts";
import { LongObject, objectPieces } from "./json-stream.ts";
import { etagOf } from "./serve-round.ts";

const QuerySchema = Type.Object(
  {
    state: Type.Optional(
      Type.Enum(FINDING_STATES, { description: "Without it: all, recovered ones included." }),
    ),
    node: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
    since: Type.Optional({
      ...RoundIdSchema,
      description: "Findings that began in this round or after it.",
    }),
  },
  { additionalProperties: false },
);
type Query = Static<typeof QuerySchema>;

const RoundRefSchema = Type.Object({ id: RoundIdSchema, startedAt: TimeSchema });

/** One finding, as one round showed it. */
const MomentSchema = Type.Object({
  round: RoundIdSchema,
  startedAt: TimeSchema,
  state: FindingStateSchema,
  severity: SeveritySchema,
  summary: Type.String(),
  explains: Type.Integer(),
  ofFailures: Type.Integer(),
  examples: Type.Array(EvidenceExampleSchema),
});
type Moment = Static<typeof MomentSchema>;

/** How many rounds back a finding is looked for. */
const HISTORY_ROUNDS = 500;

function isWanted(finding: Finding, { state, node, since }: Query): boolean {
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
          querystring: QuerySchema,
          response: {
            200: Type.Object({ round: RoundRefSchema, findings: Type.Array(FindingSchema) }),
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
        const type = "application/json; charset=utf-8";
        return api.answers.send(request, reply, { key, type, open }) as never;
      },
    );

    app.get(
      "/findings/:id",
      {
        schema: {
          summary: "One finding, and how it was in each kept round that showed it, newest first",
          params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 253 }) }),
          querystring: NoParametersSchema,
          response: {
            200: Type.Object({ finding: FindingSchema, history: Type.Array(MomentSchema) }),
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
