import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "@netchecker/runtime/log";
import { type Backoff, retryDelayMs } from "../core/retry-delay.ts";
import type { ApiServerAccess } from "./api-server-access.ts";
import { ApiError, explainApiError, OddAnswerError, type ResourcePath } from "./ask-api-server.ts";
import { TooManyBytesError } from "./bounded-bytes.ts";
import { LIST_BOUNDS, type ListBounds, listResource } from "./list-resource.ts";
import { isSilence, MOST_EVENT_BYTES, openWatch, type WatchEvent } from "./open-watch.ts";
import { ResourceRecords, type ToRecord } from "./resource-records.ts";
import { ViewAge } from "./view-age.ts";

export interface Resource<T> extends ResourcePath {
  readonly toRecord: ToRecord<T>;
}

export interface WatchTimings {
  /** A watch that is silent for so long is begun anew. Bookmarks come once a minute, so this is no fault yet. */
  readonly silenceMs: number;
  /** Without a sign of life for so long the view counts as stale: a hung API server shows after that. */
  readonly staleAfterMs: number;
  /** After so long without a sign of life it is listed again: the version may be of a time that the server lost. */
  readonly listAfterMs: number;
  /** After a watch that held for so long, the next failure is the first one. */
  readonly heldAfterMs: number;
  /** A watch that the server ends sooner than this, without an event, is none. */
  readonly shortestWatchMs: number;
  readonly backoffMs: Backoff;
}

export const WATCH_TIMINGS: WatchTimings = {
  silenceMs: 30_000,
  staleAfterMs: 45_000,
  listAfterMs: 60_000,
  heldAfterMs: 10_000,
  shortestWatchMs: 1_000,
  backoffMs: { first: 250, most: 15_000 },
};

/** What may be held of the API server's answers. */
export interface WatchBounds extends ListBounds {
  readonly mostEventBytes: number;
}

export const WATCH_BOUNDS: WatchBounds = { ...LIST_BOUNDS, mostEventBytes: MOST_EVENT_BYTES };

export interface WatchedResource<T> {
  readonly path: string;
  readonly synced: Promise<void>;
  readonly records: ResourceRecords<T>;
  readonly age: ViewAge;
}

/** As client-go: spread, so that watches do not all end at once (tools/cache/reflector.go, minWatchTimeout). */
const anyTimeoutSeconds = () => Math.round(300 * (1 + Math.random()));

/** Something was said, as opposed to a connection that broke or never was. */
const isAnswer = (error: unknown) =>
  [ApiError, OddAnswerError, TooManyBytesError].some((type) => error instanceof type);

const EXPIRED = 410;
const TOO_MANY_REQUESTS = 429;
const TOLD_AGAIN_AFTER_MS = 60_000;

/**
 * Lists, then watches, for ever, by the rules of client-go's reflector: it goes on from the version that it saw last,
 * of a bookmark too; one that has expired is listed again at once and is no fault; what fails is tried again with
 * backoff and jitter, and not before the server asks for it (`Retry-After`).
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
  /** The version that was seen last; null where it has to be listed. */
  let version: string | null = null;
  /** When the watch that is open now was opened, by the clock that only goes forward; null while none is. */
  let openedAt: number | null = null;
  let failures = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  function alive(): void {
    if (!age.alive()) return;
    toldAt = Number.NEGATIVE_INFINITY;
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
    if (records.size > bounds.mostObjects)
      throw new OddAnswerError(`there are more than ${bounds.mostObjects} objects`);
    version = resourceVersion ?? version;
  }

  /** What came before a watch that held for a while says nothing of the next failure. */
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
        if (failures > 0) await pause(retryDelayMs(failures, timings.backoffMs, 0, Math.random()));
      } catch (error) {
        if (signal.aborted) return;
        await pause(recover(error));
      }
    }
  }

  /** Decides from where to go on, and gives how long to wait before that. */
  function recover(error: unknown): number {
    const isOutage = age.silentMs > timings.listAfterMs;
    const why = explainApiError(error, version === null ? "list" : "watch", resource);
    // The client's end of a silent watch: resume, and let the view's age tell.
    if (version !== null && isSilence(error)) {
      if (isOutage) version = null;
      return 0;
    }
    failures = held() ? 1 : failures + 1;
    const { statusCode, retryAfterMs = 0, isTooNew = false } = error as Partial<ApiError>;
    const isExpired = statusCode === EXPIRED;
    const isBusy = statusCode === TOO_MANY_REQUESTS;
    const isBreak = openedAt !== null && failures === 1 && !isAnswer(error);
    // What was open and broke is taken up again, once. Whatever was lost is listed: only then is it known to be whole.
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
      tell(why);
    }
    return retryDelayMs(failures, timings.backoffMs, retryAfterMs, Math.random());
  }

  function tell(why: string): void {
    const now = performance.now();
    if (now - toldAt < TOLD_AGAIN_AFTER_MS) return;
    toldAt = now;
    log.warn({ path, why }, "lost the cluster view; tries again");
  }

  void keepUpToDate();
  return { path, synced: synced.promise, records, age };
}
