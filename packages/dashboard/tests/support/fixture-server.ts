import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type State, type Timeline, timelineEntry } from "@netchecker/contract";
import { results } from "@netchecker/netchecker/src/core/results.ts";
import { meshOf } from "./mesh-of.ts";
import { nodeHistoryOf } from "./node-history-of.ts";
import { simulateRounds, type Phase, type SimulatedRound } from "./simulated-rounds.ts";

const DIST = join(import.meta.dirname, "../../dist");
const HEARTBEAT_MS = 15_000;
const INTERVAL_MS = 60_000;
/** The number of rounds kept of a large mesh. More would fill the memory. */
const MAX_LARGE_ROUNDS_KEPT = 60;

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * Serves simulated rounds like netchecker does: the page, and the part of the API that the page
 * uses.
 */
export class FixtureServer {
  readonly rounds: SimulatedRound[] = [];
  /** Differences from the state of a healthy netchecker. */
  trouble: Partial<State> = {};
  token: string | null = null;
  eventsWork = true;
  /** The netchecker that runs the rounds while this one stands by. */
  standsByFor: string | null = null;
  /** Whether no round has closed yet. */
  isNew = false;
  /** The age of the last round when the server starts, in milliseconds. */
  ageMs = 37_000;
  /** The path of the page: `/`, or below a prefix. */
  readonly prefix: string;
  readonly #entries: Timeline["rounds"] = [];
  readonly #source: Generator<SimulatedRound>;
  readonly #streams = new Set<ServerResponse>();
  readonly #startedAt = Date.now();
  readonly #bodies = new Map<string, Buffer>();
  #open: State["open"] = null;
  readonly #server = createServer((request, response) => {
    this.#answer(request.method!, request.url!, request.headers.authorization, response).catch(
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });

  /** The last `held` rounds of the story are kept for later. */
  constructor(size: number, phases: readonly Phase[], { prefix = "/", seed = 1, held = 0 } = {}) {
    this.prefix = prefix;
    this.#source = simulateRounds(size, phases, seed);
    const total = phases.reduce((sum, { rounds }) => sum + rounds, 0);
    for (let round = held; round < total; round += 1) this.#take();
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.prefix}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  get state(): State {
    const { id, finishedAt, verdict } = this.rounds.at(-1)!.round.head;
    return {
      verdict: this.isNew
        ? {
            verdict: "unmeasured",
            sentence: "The first round is yet to close.",
            since: new Date(this.#startsAt).toISOString(),
            reason: "first_round_pending",
          }
        : verdict!,
      now: new Date(this.#now()).toISOString(),
      intervalMs: INTERVAL_MS,
      last: this.isNew ? null : { id, state: "closed", at: finishedAt! },
      shown: this.isNew ? null : { id, at: finishedAt! },
      open: this.#open,
      clusterSynced: true,
      clusterViewStaleSince: null,
      redisAwaySince: null,
      ...this.trouble,
    };
  }

  /** Opens the next round. `closeRound` closes it. */
  openRound(): void {
    const id = this.rounds.at(-1)!.round.head.id + 1;
    this.#open = { id, startedAt: new Date(this.#now()).toISOString() };
    this.tell();
  }

  closeRound(): void {
    this.#open = null;
    this.#take();
    this.tell();
  }

  /** Sends the state to all listeners. */
  tell(): void {
    for (const stream of this.#streams) stream.write(`data: ${JSON.stringify(this.state)}\n\n`);
  }

  cutEvents(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  /** The simulator's clock is in the past. It continues from the last round. */
  #now(): number {
    const last = this.rounds.at(-1)!.round.head.finishedAt!;
    return Date.parse(last) + this.ageMs + Date.now() - this.#startedAt;
  }

  /** The start of this netchecker, by the simulator's clock. */
  get #startsAt(): number {
    return this.#now() - (Date.now() - this.#startedAt);
  }

  #take(): void {
    const next = this.#source.next();
    if (next.done) throw new RangeError("the story has no more rounds");
    this.rounds.push(next.value);
    const { head, summary, findings } = next.value.round;
    this.#entries.push(timelineEntry(head, summary, findings));
    if (head.expected > 50 && this.rounds.length > MAX_LARGE_ROUNDS_KEPT) this.rounds.shift();
  }

  async #answer(
    method: string,
    address: string,
    authorization: string | undefined,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(address, "http://localhost");
    if (!url.pathname.startsWith(this.prefix))
      return fail(response, 404, "no_such_route", "It is elsewhere.");
    const path = url.pathname.slice(this.prefix.length);
    if (path === "" || path.startsWith("assets/"))
      return serveFile(join(DIST, path || "index.html"), response);
    if (this.token !== null && authorization !== `Bearer ${this.token}`)
      return fail(
        response,
        401,
        "unauthorized",
        "Send the API token: Authorization: Bearer <token>.",
      );
    if (this.standsByFor !== null)
      return fail(
        response.setHeader("retry-after", "1"),
        503,
        "standing_by",
        `This netchecker stands by: ${this.standsByFor} runs the rounds. Ask it, or try again in a second.`,
      );
    if (this.isNew && path === "mesh")
      return fail(response, 503, "no_round_yet", "The first round has not closed yet.");
    if (method === "POST" && path === "rounds") {
      if (this.#open)
        return fail(
          response,
          409,
          "round_open",
          `Round ${this.#open.id} is open. Try again later.`,
        );
      this.openRound();
      return send(response, this.state.open!, 202);
    }
    if (path === "state") return send(response, this.state);
    if (path === "events") return this.#stream(response);
    if (path === "timeline")
      return send(response, { rounds: this.isNew ? [] : this.#entries } satisfies Timeline);
    const [kind, name, rest] = path.split("/").map(decodeURIComponent);
    if (kind === "node-states" && rest === "history")
      return send(response, nodeHistoryOf(this.rounds, name!));
    const id = path === "mesh" ? this.rounds.at(-1)!.round.head.id : Number(name);
    const round = this.rounds.find(({ round: { head } }) => head.id === id);
    if (!round)
      return fail(
        response,
        404,
        "no_such_round",
        `There is no round ${id}, or it is no longer kept; see /rounds.`,
      );
    if (path === "mesh" || rest === "mesh") return this.#sendMesh(id, round, url, response);
    const [from, to] = [url.searchParams.get("from")!, url.searchParams.get("to")!];
    return send(response, { results: [...results(round.round, { from, to })] });
  }

  #sendMesh(id: number, round: SimulatedRound, url: URL, response: ServerResponse): void {
    const extras = url.searchParams.get("with") ?? "";
    const key = `${id} ${extras}`;
    let body = this.#bodies.get(key);
    if (!body) {
      const mesh = meshOf(round, {
        latencies: extras === "latencies",
        attempts: extras === "attempts",
      });
      this.#bodies.set(key, (body = gzipSync(JSON.stringify(mesh))));
    }
    response
      .writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
      .end(body);
  }

  #stream(response: ServerResponse): void {
    if (!this.eventsWork) return fail(response, 502, "bad_gateway", "A proxy is in the way.");
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.write(`data: ${JSON.stringify(this.state)}\n\n`);
    this.#streams.add(response);
    const heartbeat = setInterval(() => response.write(":\n\n"), HEARTBEAT_MS);
    response.on("close", () => {
      clearInterval(heartbeat);
      this.#streams.delete(response);
    });
  }
}

async function serveFile(file: string, response: ServerResponse): Promise<void> {
  const content = await readFile(file);
  response
    .writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": CSP,
      "content-encoding": "gzip",
    })
    .end(gzipSync(content));
}

function send(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, { code, message }, status);
}
