import { request } from "node:http";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { HonestReader, type Reading } from "./honest-reader.ts";
import { IDLE_KINDS, IdleConnections, neverReading } from "./idle-connections.ts";

/** What one process of clients does. It does everything at the same time. */
export interface ClientsJob {
  readonly url: string;
  readonly honest?: { readonly readings: readonly Reading[]; readonly pauseMs: number };
  readonly never?: { readonly paths: readonly string[]; readonly count: number };
  readonly idle?: number;
  /** The number of connections that send half a request head and nothing more. */
  readonly halfHeads?: number;
  /** Whether it sends `POST /rounds` in a loop. */
  readonly posts?: boolean;
}

export interface ClientsReport {
  readonly readers: number;
  readonly served: number;
  readonly busy: number;
  readonly failed: number;
  readonly neverServed: readonly string[];
  readonly longestWaitMs: number;
  readonly lastFailure: string;
  readonly maxIdle: number;
  readonly posts: Readonly<Record<string, number>>;
}

const ENCODINGS = ["zstd", "gzip", "deflate", "identity"] as const;
const POST_PAUSE_MS = 100;
const RECONNECT_MS = 2_000;
/** Longer, because 10,000 clients that connect again at once would be another kind of attack. */
const IDLE_RECONNECT_MS = 20_000;

const job = JSON.parse(process.argv[2]!) as ClientsJob;
// In reality the clients run on other machines, so they get little CPU here. Only the honest readers need CPU to read.
if (!job.honest) setPriority(10);
const { hostname: host, port } = new URL(job.url);
const to = { host, port: Number(port) };

const readers = (job.honest?.readings ?? []).map(
  (reading, index) => new HonestReader(reading, job.honest!.pauseMs, index % 2 === 0),
);
const never = new IdleConnections(
  to,
  (job.never?.paths ?? []).flatMap((path) => ENCODINGS.map((each) => neverReading(path, each))),
  RECONNECT_MS,
);
const idle = new IdleConnections(to, IDLE_KINDS, IDLE_RECONNECT_MS);
const halfHeads = new IdleConnections(to, [IDLE_KINDS[1]!], RECONNECT_MS);
const posts: Record<string, number> = {};

const ending = new AbortController();
const givingUp = new AbortController();
const reading = Promise.all(
  readers.map((each) => each.run(() => !ending.signal.aborted, givingUp.signal)),
);
void never.open(job.never?.count ?? 0);
void idle.open(job.idle ?? 0);
void halfHeads.open(job.halfHeads ?? 0);
if (job.posts) void post();

process.on("disconnect", () => process.exit());
process.on("message", async (message) => {
  const { graceMs } = message as { graceMs: number };
  ending.abort();
  for (const each of [never, idle, halfHeads]) each.close();
  await Promise.race([reading, sleep(graceMs)]);
  givingUp.abort();
  await reading;
  process.send?.(report());
});

async function post(): Promise<void> {
  for (let turn = 0; !ending.signal.aborted; turn += 1) {
    const headers = turn % 2 === 0 ? { "X-Netchecker": "1" } : { "Content-Type": "text/plain" };
    const status = await new Promise<string>((resolve) => {
      const sent = request(`${job.url}/rounds`, { method: "POST", headers }, (response) => {
        response.on("error", () => resolve("cut off"));
        response.on("end", () => resolve(String(response.statusCode)));
        response.resume();
      });
      sent.on("error", () => resolve("failed"));
      sent.end();
    });
    posts[status] = (posts[status] ?? 0) + 1;
    await sleep(POST_PAUSE_MS);
  }
}

function report(): ClientsReport {
  const sum = (count: (reader: HonestReader) => number) =>
    readers.reduce((total, reader) => total + count(reader), 0);
  return {
    readers: readers.length,
    served: sum((reader) => reader.served),
    busy: sum((reader) => reader.busy),
    failed: sum((reader) => reader.failed),
    neverServed: readers
      .filter(({ served }) => served === 0)
      .map(({ reading: { url, encoding } }) => `${new URL(url).pathname} ${encoding}`),
    longestWaitMs: Math.max(0, ...readers.map(({ longestWaitMs }) => longestWaitMs)),
    lastFailure: readers.find(({ lastFailure }) => lastFailure !== "")?.lastFailure ?? "",
    maxIdle: Math.max(never.maxOpen, idle.maxOpen, halfHeads.maxOpen),
    posts,
  };
}
