import { decodeReport, redisNames, type Report, type TargetType } from "@netchecker/contract";
import { Redis } from "ioredis";

/** What an agent published of one type for one round, and when last, milliseconds since 1970. */
interface TappedReport {
  readonly pod: string;
  readonly type: string;
  readonly latencyMs: readonly number[];
  publishedAt: number;
}

/** What agents published for one round. */
export interface HeardReports {
  /** Since when nothing was missed, milliseconds since 1970; null while nothing can be heard. */
  readonly listeningSince: number | null;
  readonly reports: readonly TappedReport[];
}

/** How many rounds are remembered. */
const KEPT_ROUNDS = 30;
const CONNECT_AGAIN_MS = 100;

/**
 * Listens to what agents publish, beside netchecker. It does so with MONITOR: a subscriber more would make
 * an agent believe that its report had arrived.
 */
export class ReportTap {
  readonly #redis: Redis;
  readonly #typeOf: ReadonlyMap<string, TargetType>;
  readonly #rounds = new Map<number, Map<string, TappedReport>>();
  #listeningSince: number | null = null;

  constructor(host: string, prefix: string) {
    this.#typeOf = new Map(
      Object.entries(redisNames(prefix).reports).map(([type, channel]) => [
        channel,
        type as TargetType,
      ]),
    );
    this.#redis = new Redis({
      host,
      monitor: true,
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => CONNECT_AGAIN_MS,
    });
    this.#redis.on("error", () => {});
    this.#redis.on("close", () => (this.#listeningSince = null));
    this.#redis.on("monitoring", () => (this.#listeningSince = Date.now()));
    this.#redis.on("monitor", (_time: string, args: readonly string[]) => this.#hear(args));
  }

  /** What was published for a round, as far as it was heard; the first question begins the listening. */
  heard(round: number): HeardReports {
    if (this.#redis.status === "wait") void this.#redis.connect().catch(() => {});
    const reports = [...(this.#rounds.get(round)?.values() ?? [])];
    return { listeningSince: this.#listeningSince, reports };
  }

  stop(): void {
    this.#redis.disconnect();
  }

  #hear([command, channel, text]: readonly string[]): void {
    const type = this.#typeOf.get(channel!);
    if (command?.toLowerCase() !== "publish" || type === undefined) return;
    const decoded = decodeReport(type, text!);
    if (decoded.ok) this.#keep(decoded.value);
  }

  #keep({ round, type, agent, latencyMs }: Report): void {
    let reports = this.#rounds.get(round);
    if (!reports) this.#rounds.set(round, (reports = new Map()));
    const key = `${agent.pod} ${type}`;
    reports.set(key, { pod: agent.pod, type, latencyMs, publishedAt: Date.now() });
    for (const known of this.#rounds.keys())
      if (known <= round - KEPT_ROUNDS) this.#rounds.delete(known);
  }
}
