import type { Mesh } from "@netchecker/contract";
import { computed, effect, signal } from "@preact/signals";
import type { ApiError } from "../adapters/api.ts";
import { state } from "./live.ts";
import { pastRound } from "./route.ts";
import { api, refuseToken } from "./session.ts";
import { addToTimeline } from "./timeline.ts";
import { view } from "./view.ts";

/** The round that is shown. Until another one has arrived, the one before stays. */
export const mesh = signal<Mesh | null>(null);
/** Why there is none. */
export const meshError = signal<string | null>(null);
export const meshLoading = signal(false);

const shownId = computed(() => state.value?.shown?.id ?? null);
const redisAway = computed(() => state.value?.redisAwaySince ?? null);

const MOST_KEPT = 4;
/** Old rounds do not change; a few are kept to go to and fro. */
const past = new Map<string, Mesh>();

/** Loads the mesh that route, view and netchecker's newest round ask for. */
export function startLoadingMesh(): void {
  effect(() => {
    const round = pastRound.value;
    const query = WITH[view.value];
    // The newest one again, when there is a newer one, and when Redis is back.
    const newest = round === null ? shownId.value : null;
    void (round === null && redisAway.value);
    if (round === null && newest === null) {
      if (state.value) meshError.value = "The first round has not closed yet.";
      return;
    }
    const ended = new AbortController();
    void load(round === null ? `mesh${query}` : `rounds/${round}/mesh${query}`, round, ended.signal);
    return () => ended.abort();
  });
}

const WITH = { outcome: "", latency: "?with=latencies", attempts: "?with=attempts" } as const;

async function load(path: string, round: number | null, signal: AbortSignal): Promise<void> {
  meshLoading.value = true;
  try {
    const loaded = (round === null ? undefined : past.get(path)) ?? (await api.get<Mesh>(path, signal));
    if (signal.aborted) return;
    if (round !== null) keep(path, loaded);
    mesh.value = loaded;
    meshError.value = null;
    if (round === null) addToTimeline(loaded);
  } catch (error) {
    if (signal.aborted) return;
    if ((error as ApiError).status === 401) refuseToken();
    mesh.value = null;
    meshError.value = (error as Error).message;
  } finally {
    if (!signal.aborted) meshLoading.value = false;
  }
}

function keep(path: string, loaded: Mesh): void {
  past.delete(path);
  past.set(path, loaded);
  const [oldest] = past.keys();
  if (past.size > MOST_KEPT) past.delete(oldest!);
}
