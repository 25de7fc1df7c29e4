import type { Verdict } from "@netchecker/contract";
import { type ResultFilter, results } from "../../core/results.ts";
import { formatText } from "../../core/text-view/format-text.ts";
import { sayVerdict } from "../../core/verdict/say-verdict.ts";
import { driveSteps } from "../../drive-steps.ts";
import { latestRound } from "../find-round.ts";
import { JSON_TYPE, LongObject, linePieces, objectPieces } from "../json-stream.ts";
import { ResultsBodySchema, type ResultsQuery, ResultsQuerySchema } from "../schemas/results.ts";
import { envelope, noticesOf } from "../serve-round.ts";
import type { Served } from "../served.ts";
import { type RoundView, thisSecond, type Writing } from "./round-view.ts";

const TEXT_TYPE = "text/plain; charset=utf-8";
const LINES_TYPE = "application/x-ndjson; charset=utf-8";

/** A round with one row per result: as JSON, as lines of JSON, or as text for people. */
export const RESULTS_VIEW: RoundView<typeof ResultsQuerySchema> = {
  path: "/results",
  summary: {
    ofLast: "The results of the last closed round",
    ofKept: "The results of one round. An old round only has its failures",
  },
  query: ResultsQuerySchema,
  body: ResultsBodySchema,
  last: latestRound,
  insteadOfLast(api, { format }) {
    if (format !== "text" || !saysNothingOfNow(api)) return null;
    const verdict = api.verdict();
    const { latest } = api.keeper;
    return {
      key: `old text ${latest?.head.startedAt} ${verdict.sentence} ${thisSecond()}`,
      type: TEXT_TYPE,
      open: async () => ({ pieces: [await oldText(api, verdict)] }),
    };
  },
  write(api, query): Writing {
    const { format = "json" } = query;
    const variant = JSON.stringify(query);
    if (format === "text")
      return {
        type: TEXT_TYPE,
        variant,
        ages: true,
        piecesOf: async (round, verdict) => [
          await driveSteps(formatText(round, verdict, Date.now(), noticesOf(api, round))),
        ],
      };
    const filter = filterOf(query);
    if (format === "ndjson")
      return { type: LINES_TYPE, variant, piecesOf: (round) => linePieces(results(round, filter)) };
    return {
      type: JSON_TYPE,
      variant,
      piecesOf: (round, verdict) =>
        objectPieces(
          new LongObject(envelope(api, round, verdict), { results: results(round, filter) }),
        ),
    };
  },
};

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
