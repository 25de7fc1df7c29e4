import { setTimeout as sleep } from "node:timers/promises";
import { type KubeConfig, Watch } from "@kubernetes/client-node";
import type { Log } from "@netchecker/runtime/log";
import {
  ApiError,
  explainApiError,
  listPage,
  type ResourcePath,
  selectorsOf,
} from "./ask-api-server.ts";
import { clockAhead, type Sighting } from "../core/sighting.ts";
import type { KubernetesObject } from "./to-records.ts";

export interface Resource<T> extends ResourcePath {
  /** Null for what is not wanted. `previous` is what was known of the same name, if anything. */
  readonly toRecord: (object: KubernetesObject, previous: T | null, seen: Sighting) => T | null;
}

export interface WatchTimings {
  /**
   * Without a sign of life for so long the view counts as stale. The client library ends a watch
   * that is silent for 30 s, and it is then resumed: a hung API server shows after that.
   */
  readonly staleAfterMs: number;
  readonly listTimeoutMs: number;
  readonly backoffMs: { readonly first: number; readonly most: number };
}

export const WATCH_TIMINGS: WatchTimings = {
  staleAfterMs: 45_000,
  listTimeoutMs: 30_000,
  backoffMs: { first: 250, most: 15_000 },
};

export interface WatchedResource<T> {
  readonly synced: Promise<void>;
  records(): readonly T[];
  count(): number;
  /** Puts another record into the place of each. */
  revise(revised: (record: T) => T): void;
  /** Since when it is not kept up to date, milliseconds since 1970; null while it is. */
  staleSince(): number | null;
  /** Why it cannot be read; null while it can. */
  problem(): string | null;
  /** How often the watch was lost, or could not begin. */
  losses(): number;
}

const PAGE = 200;
const EXPIRED = 410;

/**
 * Lists in pages, then watches, for ever. A watch that ends goes on from its last version; one that
 * expired, or any doubt, lists again, with backoff and jitter. Only small records are kept: the
 * objects of 1,000 real nodes are 11 MB. What a record remembers outlives a list.
 */
export function watchResource<T>(
  kubeConfig: KubeConfig,
  resource: Resource<T>,
  timings: WatchTimings,
  log: Log,
  signal: AbortSignal,
): WatchedResource<T> {
  const { path, toRecord } = resource;
  const synced = Promise.withResolvers<void>();
  let records = new Map<string, T>();
  let lastSignAt = Date.now();
  /** Since when it is known to be lost; null while it is open. */
  let lostSince: number | null = Date.now();
  /** Why it could not be read when that was last tried. */
  let problem: string | null = null;
  let losses = 0;
  /** By how much the API server's clock was ahead of ours at the last list. */
  let aheadMs = 0;
  /** Until when all that happened is in `records`; null before the first list. */
  let knownUntil: number | null = null;
  /** Since when the watch that is open now was; null while none is. */
  let watchedSince: number | null = null;

  function alive(): void {
    lastSignAt = Date.now();
    if (lostSince !== null)
      log.info({ path, records: records.size }, "the cluster view is up to date");
    lostSince = null;
    problem = null;
  }

  function sighting(live: boolean): Sighting {
    return { now: Date.now(), knownUntil, live, aheadMs };
  }

  function put(into: Map<string, T>, object: KubernetesObject, seen: Sighting): void {
    const name = object.metadata?.name ?? "";
    const record = toRecord(object, records.get(name) ?? null, seen);
    if (name && record) into.set(name, record);
    else if (name) into.delete(name);
  }

  /** Gives the version to watch from. */
  async function list(): Promise<string> {
    const found = new Map<string, T>();
    const listedAt = Date.now();
    for (let token = ""; ;) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timings.listTimeoutMs)]);
      const wanted = { limit: PAGE, ...(token && { continue: token }) };
      const page = await listPage(kubeConfig, resource, wanted, deadline);
      aheadMs = clockAhead(page.servedAt, Date.now());
      for (const item of page.items ?? []) put(found, item, sighting(false));
      token = page.metadata?.continue ?? "";
      if (!token) {
        records = found;
        knownUntil = listedAt;
        alive();
        synced.resolve();
        return page.metadata?.resourceVersion ?? "0";
      }
    }
  }

  /** Gives the version to go on from, or null to list again. */
  function watch(from: string): Promise<string | null> {
    const client = new Watch(kubeConfig);
    return new Promise((resolve, reject) => {
      let version: string | null = from;
      const stop = new AbortController();
      const onEvent = (
        type: string,
        object: KubernetesObject & { readonly code?: number },
      ): void => {
        if (type === "ERROR") {
          if (object.code === EXPIRED) version = null;
          reject(
            new ApiError(object.code ?? 0, `watch error ${JSON.stringify(object).slice(0, 300)}`),
          );
          return stop.abort();
        }
        alive();
        version = object.metadata?.resourceVersion ?? version;
        if (type === "ADDED" || type === "MODIFIED") put(records, object, sighting(true));
        if (type === "DELETED") records.delete(object.metadata?.name ?? "");
        knownUntil = Date.now();
      };
      const onEnd = (error: unknown): void => (error ? reject(error) : resolve(version));
      const query = { ...selectorsOf(resource), allowWatchBookmarks: true, resourceVersion: from };
      client.watch(path, query, onEvent, onEnd).then((request) => {
        // Of its own, so that no watch that has ended is held by the signal of the whole process.
        const ending = AbortSignal.any([signal, stop.signal]);
        if (ending.aborted) request.abort();
        ending.addEventListener("abort", () => request.abort(), { once: true });
        // It got an answer and was not refused: `onEnd` would have been called before this.
        if (request.signal.aborted) return;
        alive();
        watchedSince = Date.now();
      }, reject);
    });
  }

  /** What came before a watch that held for a while says nothing of the next failure. */
  function held(): boolean {
    return watchedSince !== null && Date.now() - watchedSince > timings.backoffMs.first;
  }

  async function keepUpToDate(): Promise<void> {
    let version: string | null = null;
    const pause = () => sleep(backoff(failures), undefined, { signal }).catch(() => {});
    let failures = 0;
    while (!signal.aborted) {
      watchedSince = null;
      try {
        if (version === null) version = await list();
        version = await watch(version);
        failures = held() ? 0 : failures + 1;
        // A server that ends every watch at once must not be asked in a tight loop.
        if (failures > 0) await pause();
      } catch (error) {
        if (signal.aborted) return;
        const watched = version !== null;
        // Silence between two bookmarks is no fault yet: resume, and let the view's age tell.
        if (version !== null && (error as Error).name === "TimeoutError") continue;
        version = null;
        lostSince ??= Date.now();
        losses += 1;
        failures = held() ? 1 : failures + 1;
        const why = explainApiError(error, watched ? "watch" : "list", resource);
        problem = why;
        log.warn({ path, why }, "lost the cluster view; tries again");
        await pause();
      }
    }
  }

  function backoff(failures: number): number {
    const { first, most } = timings.backoffMs;
    return Math.min(first * 2 ** (failures - 1), most) * (0.5 + Math.random());
  }

  void keepUpToDate();
  return {
    synced: synced.promise,
    records: () => [...records.values()],
    count: () => records.size,
    revise(revised) {
      for (const [name, record] of records) records.set(name, revised(record));
    },
    staleSince: () =>
      lostSince ?? (Date.now() - lastSignAt > timings.staleAfterMs ? lastSignAt : null),
    problem: () => problem,
    losses: () => losses,
  };
}
