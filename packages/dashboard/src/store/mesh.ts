import type { Mesh, State } from "@netchecker/contract";
import { effect, signal } from "@preact/signals";
import type { ApiError } from "../adapters/api.ts";
import { state } from "./live.ts";
import { pastRound } from "./route.ts";
import { api, needsToken, refuseToken } from "./session.ts";
import { addToTimeline } from "./timeline.ts";
import { view } from "./view.ts";

/** The round that is shown. Until another one has arrived, the one before stays. */
export const mesh = signal<Mesh | null>(null);
/** Why there is none. */
export const meshError = signal<string | null>(null);
export const meshLoading = signal(false);

const WITH = { outcome: "", latency: "?with=latencies", attempts: "?with=attempts" } as const;

/** The first line says why. */
const NO_ROUND = "There is no round to show yet. It shows here as soon as there is one.";

const MOST_KEPT = 4;
/** Old rounds do not change; a few are kept to go to and fro. */
const past = new Map<string, Mesh>();

/** Loads the mesh that route, view and netchecker's newest round ask for. */
export function startLoadingMesh(): void {
  effect(() => {
    const round = pastRound.value;
    const query = WITH[view.value];
    if (needsToken.value) return;
    const ended = new AbortController();
    if (round === null) void followNewest(`mesh${query}`, ended.signal);
    else void loadPast(`rounds/${round}/mesh${query}`, ended.signal);
    return () => ended.abort();
  });
}

/** The newest round, at first without waiting to hear which one that is; then each newer one. */
async function followNewest(path: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const before = state.peek();
    const loaded = await load(path, ended);
    if (loaded) {
      mesh.value = loaded;
      addToTimeline(loaded);
    }
    // Where it failed, any news is a reason to try again.
    await stateIs(
      (now) => (loaded ? now?.shown?.id !== loaded.round.id : now !== before) && !!now?.shown,
      ended,
    );
  }
}

/** Settles when netchecker's state is such, or when nobody waits any more. */
async function stateIs(such: (now: State | null) => boolean, ended: AbortSignal): Promise<void> {
  let stop = () => {};
  await new Promise<void>((resolve) => {
    stop = effect(() => {
      if (such(state.value)) resolve();
    });
    ended.addEventListener("abort", () => resolve(), { once: true });
  });
  stop();
}

async function loadPast(path: string, ended: AbortSignal): Promise<void> {
  const loaded = past.get(path) ?? (await load(path, ended));
  if (!loaded) return;
  past.delete(path);
  past.set(path, loaded);
  const [oldest] = past.keys();
  if (past.size > MOST_KEPT) past.delete(oldest!);
  meshError.value = null;
  mesh.value = loaded;
}

async function load(path: string, ended: AbortSignal): Promise<Mesh | null> {
  meshLoading.value = true;
  try {
    const loaded = await api.get<Mesh>(path, ended);
    if (ended.aborted) return null;
    meshError.value = null;
    return loaded;
  } catch (error) {
    if (ended.aborted) return null;
    const { status, message } = error as ApiError;
    const isAway = status === 0 || status === 503;
    const asked = pastRound.peek();
    if (status === 401) refuseToken();
    // While netchecker is away, what it last told stays; a past round that is not here is no other one.
    else if (
      !isAway ||
      mesh.peek() === null ||
      (asked !== null && mesh.peek()?.round.id !== asked)
    ) {
      mesh.value = null;
      if (asked === null) meshError.value = isAway ? NO_ROUND : message;
      else meshError.value = status === 0 ? `netchecker does not answer: ${message}` : message;
    }
    return null;
  } finally {
    if (!ended.aborted) meshLoading.value = false;
  }
}
