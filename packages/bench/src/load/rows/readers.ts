import { setTimeout as sleep } from "node:timers/promises";
import { ClientGroup } from "../bed/client-group.ts";
import { type LoadBed, startLoadBed } from "../bed/load-bed.ts";
import type { ClientsReport } from "../clients/clients.ts";
import type { Reading } from "../clients/honest-reader.ts";
import { bedRow, type LoadRow } from "../load-row.ts";

export interface ReadersOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  readonly loadMs: number;
  readonly graceMs: number;
  readonly honest: number;
  /** The paths that the honest readers read. `OLD` stands for the id of the oldest round. */
  readonly paths: readonly string[];
  /** The paths of long answers. Only two readers read them. */
  readonly wholePaths: readonly string[];
  readonly never: number;
  readonly idle: number;
}

const ENCODINGS = ["zstd", "gzip", "deflate", "identity"] as const;

/** Honest readers, clients that never read, idle connections, and POST requests in a loop, all at the same time. */
export async function tryReaders(options: ReadersOptions): Promise<LoadRow[]> {
  const { nodes, intervalMs, loadMs, honest, never, idle } = options;
  const bed = await startLoadBed({ nodes, intervalMs });
  await using _ = bed.stack;
  bed.health.begin();
  const since = Date.now();
  const groups = startGroups(bed, options);
  await sleep(loadMs);
  const until = Date.now();
  const reports = await Promise.all(groups.map((group) => group.finish(options.graceMs)));
  await sleep(2_000);
  await bed.rounds.refresh(200);
  const tried = `${nodes} nodes, ${Math.round(loadMs / 1000)} s: ${honest} honest readers, ${never} clients that never read, ${idle} idle connections, POST in a loop`;
  return [withReaders(bedRow(tried, bed, { since, until }), reports)];
}

function startGroups(bed: LoadBed, options: ReadersOptions): ClientGroup[] {
  const { url } = bed.netchecker;
  const old = String(bed.rounds.ids[0]);
  const readings = (paths: readonly string[], count: number): Reading[] =>
    Array.from({ length: count }, (_, index) => ({
      url: url + paths[index % paths.length]!.replace("OLD", old),
      encoding: ENCODINGS[Math.floor(index / paths.length) % ENCODINGS.length]!,
    }));
  const whole = options.wholePaths.length === 0 ? [] : readings(options.wholePaths, 2);
  return [
    new ClientGroup({ url, idle: options.idle, posts: true }),
    new ClientGroup({ url, never: { paths: options.paths, count: options.never } }),
    new ClientGroup({
      url,
      honest: { readings: [...readings(options.paths, options.honest), ...whole], pauseMs: 5_000 },
    }),
  ];
}

/** Adds the clients' reports to a row. */
function withReaders(row: LoadRow, reports: readonly ClientsReport[]): LoadRow {
  const neverServed = reports.flatMap((report) => report.neverServed);
  const sum = (of: (report: ClientsReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const wait = Math.max(...reports.map(({ longestWaitMs }) => longestWaitMs)) / 1_000;
  const posts = reports.flatMap((report) =>
    Object.entries(report.posts).map(([status, count]) => `${count} × ${status}`),
  );
  const failure = reports.find(({ lastFailure }) => lastFailure !== "")?.lastFailure ?? "";
  const seen = [
    row.seen,
    `${sum(({ served }) => served)} answers served, ${sum(({ busy }) => busy)} times 503, ${sum(({ failed }) => failed)} broken${failure && ` (${failure})`}`,
    `longest wait of a reader ${wait.toFixed(1)} s`,
    `idle at once: ${Math.max(...reports.map(({ maxIdle }) => maxIdle))}`,
    ...(posts.length > 0 ? [`POST: ${posts.join(", ")}`] : []),
  ].join("; ");
  return { ...row, seen, lost: [...row.lost, ...neverServed.map((who) => `never served: ${who}`)] };
}
