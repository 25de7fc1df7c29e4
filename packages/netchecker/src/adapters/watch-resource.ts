import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "@netchecker/runtime/log";
import { type Backoff, retryDelayMs } from "../core/retry-delay.ts";
import type { ApiServerAccess } from "./api-server-access.ts";
import { ApiError, explainApiError, OddAnswerError, type ResourcePath } from "./ask-api-server.ts";
import { TooManyBytesError } from "./bounded-bytes.ts";
import { LIST_BOUNDS, type ListBounds, listResource } from "./list-resource.ts";
import { isSilence, MAX_EVENT_BYTES, openWatch, type WatchEvent } from "./open-watch.ts";
import { ResourceRecords, type ToRecord } from "./resource-records.ts";
import { ViewAge } from "./view-age.ts";

export interface Resource<T> extends ResourcePath {
  readonly toRecord: ToRecord<T>;
}

export interface WatchTimings {
  /**
   * A watch that is silent for this long is opened again. This is no fault yet, because bookmarks come once a minute.
   */
  readonly silenceMs: number;
  /** After this long without a sign of life the view counts as stale. The API server may hang. */
  readonly staleAfterMs: number;
  /**
   * After this long without a sign of life the resource is listed again. The server may have lost the version that was
   * seen last.
   */
  readonly listAfterMs: number;
  /** If a watch has lasted this long, the next failure counts as the first one. */
  readonly heldAfterMs: number;
  /** If the server ends a watch sooner than this and without an event, the watch has failed. */
  readonly shortestWatchMs: number;
  readonly backoff: Backoff;
}

export const WATCH_TIMINGS: WatchTimings = {
  silenceMs: 30_000,
  staleAfterMs: 45_000,
  listAfterMs: 60_000,
  heldAfterMs: 10_000,
  shortestWatchMs: 1_000,
  backoff: { firstMs: 250, maxMs: 15_000 },
};

/** Bounds for the API server's answers. */
export interface WatchBounds extends ListBounds {
  readonly maxEventBytes: number;
}

export const WATCH_BOUNDS: WatchBounds = { ...LIST_BOUNDS, maxEventBytes: MAX_EVENT_BYTES };

export interface WatchedResource<T> {
  readonly path: string;
  readonly synced: Promise<void>;
  readonly records: ResourceRecords<T>;
  readonly age: ViewAge;
}

/** Random, so that watches do not all end at once, like in client-go (tools/cache/reflector.go, minWatchTimeout). */
const anyTimeoutSeconds = () => Math.round(300 * (1 + Math.random()));

/** Whether a server answered, even if oddly. Otherwise the connection broke, or there was none. */
const isAnswer = (error: unknown) =>
  [ApiError, OddAnswerError, TooManyBytesError].some((type) => error instanceof type);

const EXPIRED = 410;
const TOO_MANY_REQUESTS = 429;
const LOG_EVERY_MS = 60_000;

/**
 * Lists a resource, then watches it for ever, by the rules of client-go's reflector. A new watch continues from the
 * version that was seen last, also in a bookmark. If that version has expired, the resource is listed again at once;
 * this is no fault. Other failures are tried again with backoff and jitter, and not before the server's `Retry-After`.
 */
export function watchResource<T>(
  access: ApiServerAccess,
  resource: Resource<T>,
  log: Log,
  signal: AbortSignal,
  timings: WatchTimings,
  bounds: WatchBounds,
): WatchedResource<T> {
  const { path } = resource;
  const synced = Promise.withResolvers<void>();
  const records = new ResourceRecords(path, resource.toRecord, log);
  const age = new ViewAge(timings.staleAfterMs);
  /** The version that was seen last; null if the resource has to be listed. */
  let version: string | null = null;
  /** When the present watch was opened, by the monotonic clock; null while none is open. */
  let openedAt: number | null = null;
  let failures = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;

  function alive(): void {
    if (!age.alive()) return;
    loggedAt = Number.NEGATIVE_INFINITY;
    log.info({ path, records: records.size }, "the cluster view is up to date");
  }

  async function list(): Promise<string> {
    const keep = {
      begin: () => records.beginList(),
      take: (items: readonly unknown[], servedAt: number) => records.takePage(items, servedAt),
    };
    const { resourceVersion } = await listResource(access, resource, bounds, keep, signal);
    records.endList();
    alive();
    synced.resolve();
    return resourceVersion;
  }

  async function watch(from: string): Promise<void> {
    const ends = { ...bounds, ...timings, timeoutSeconds: anyTimeoutSeconds() };
    const startedAt = performance.now();
    const events = await openWatch(access, resource, from, ends, signal);
    openedAt = performance.now();
    alive();
    let some = false;
    for await (const event of events) {
      some = true;
      take(event);
    }
    if (!some && performance.now() - startedAt < timings.shortestWatchMs)
      throw new OddAnswerError("the watch was ended as soon as it had begun");
  }

  function take({ type, object, resourceVersion }: WatchEvent): void {
    alive();
    records.change(type, object);
    if (records.size > bounds.maxObjects)
      throw new OddAnswerError(`there are more than ${bounds.maxObjects} objects`);
    version = resourceVersion ?? version;
  }

  /** After a watch that lasted for a while, earlier failures do not count any more. */
  const held = () => openedAt !== null && performance.now() - openedAt > timings.heldAfterMs;

  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});

  async function keepUpToDate(): Promise<void> {
    while (!signal.aborted) {
      openedAt = null;
      try {
        version ??= await list();
        await watch(version);
        failures = held() ? 0 : failures + 1;
        // A server that ends every watch soon must not be asked in a tight loop.
        if (failures > 0) await pause(retryDelayMs(failures, timings.backoff, 0, Math.random()));
      } catch (error) {
        if (signal.aborted) return;
        await pause(recover(error));
      }
    }
  }

  /** Decides whether to list again, and returns how long to wait before the next try. */
  function recover(error: unknown): number {
    const isOutage = age.silentMs > timings.listAfterMs;
    const why = explainApiError(error, version === null ? "list" : "watch", resource);
    // This side ended a silent watch. It continues from the same version; the view's age says whether that is too
    // late.
    if (version !== null && isSilence(error)) {
      if (isOutage) version = null;
      return 0;
    }
    failures = held() ? 1 : failures + 1;
    const { statusCode, retryAfterMs = 0, isTooNew = false } = error as Partial<ApiError>;
    const isExpired = statusCode === EXPIRED;
    const isBusy = statusCode === TOO_MANY_REQUESTS;
    const isBreak = openedAt !== null && failures === 1 && !isAnswer(error);
    // A watch that broke is continued once. After any other failure the resource is listed, so that no change is
    // missed.
    if (isOutage || !(isBusy || isBreak)) version = null;
    if (isExpired && failures === 1) {
      log.info({ path, why }, "the watch begins anew");
      return 0;
    }
    if (isExpired || isTooNew || isBusy || isBreak) {
      age.hindered(why);
      log.info({ path, why }, "the watch begins anew");
    } else {
      age.lost(why);
      logLoss(why);
    }
    return retryDelayMs(failures, timings.backoff, retryAfterMs, Math.random());
  }

  function logLoss(why: string): void {
    const now = performance.now();
    if (now - loggedAt < LOG_EVERY_MS) return;
    loggedAt = now;
    log.warn({ path, why }, "lost the cluster view; tries again");
  }

  void keepUpToDate();
  return { path, synced: synced.promise, records, age };
}
