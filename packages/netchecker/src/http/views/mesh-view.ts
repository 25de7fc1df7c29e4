import { MeshSchema } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { meshNodes } from "../../core/mesh/mesh-nodes.ts";
import { type PlaneColumns, planeColumns } from "../../core/mesh/plane-columns.ts";
import { PlaneRows } from "../../core/mesh/plane-rows.ts";
import { lastRound } from "../find-round.ts";
import { HttpError } from "../http-error.ts";
import { JSON_TYPE, LongObject, objectPieces } from "../json-stream.ts";
import { type MeshQuery, MeshQuerySchema } from "../schemas/mesh.ts";
import { type RoundView } from "./round-view.ts";

/** A round as the page needs it: columns instead of one row per result. */
export const MESH_VIEW: RoundView<typeof MeshQuerySchema> = {
  path: "/mesh",
  summary: {
    ofLast: "The last closed round as a mesh: who reached whom, as columns",
    ofKept: "One round as a mesh. An old round only has its failures",
  },
  query: MeshQuerySchema,
  body: MeshSchema,
  last: lastRound,
  write(_api, query) {
    const extras = extrasOf(query);
    return {
      type: JSON_TYPE,
      variant: [...extras].toSorted().join(),
      piecesOf: (round) => meshPieces(round, extras),
    };
  },
};

const EXTRAS = ["attempts", "latencies"] as const;
type Extra = (typeof EXTRAS)[number];

function extrasOf({ with: wanted }: MeshQuery): ReadonlySet<Extra> {
  const items = wanted === undefined ? [] : wanted.split(",");
  if (!items.every((item): item is Extra => (EXTRAS as readonly string[]).includes(item)))
    throw new HttpError(
      400,
      "bad_request",
      `Parameter with is ${JSON.stringify(wanted)}; allowed: ${EXTRAS.join(", ")}, comma-separated.`,
    );
  return new Set(items);
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
