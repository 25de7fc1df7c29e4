import type { Mesh, State } from "@netchecker/contract";
import { effect, signal } from "@preact/signals";
import type { ApiError } from "../adapters/api.ts";
import { state } from "./live.ts";
import { pastRound } from "./route.ts";
import { api, needsToken, refuseToken } from "./session.ts";
import { addToTimeline } from "./timeline.ts";
import { view } from "./view.ts";

/** The shown round. It stays until another one has been loaded. */
export const mesh = signal<Mesh | null>(null);
/** Why there is no round. */
export const meshError = signal<string | null>(null);
export const meshLoading = signal(false);

const QUERIES = { outcome: "", latency: "?with=latencies", attempts: "?with=attempts" } as const;

/** The first line says why. */
const NO_ROUND = "There is no round to show yet. It shows here as soon as there is one.";

const MAX_MESHES_KEPT = 4;
/** Past rounds do not change, so a few are kept for going back and forth. */
const past = new Map<string, Mesh>();

/** Loads the mesh for the route, the view and netchecker's newest round. */
export function startLoadingMesh(): void {
  effect(() => {
    const round = pastRound.value;
    const query = QUERIES[view.value];
    if (needsToken.value) return;
    const ended = new AbortController();
    if (round === null) void followNewest(`mesh${query}`, ended.signal);
    else void loadPast(`rounds/${round}/mesh${query}`, ended.signal);
    return () => ended.abort();
  });
}

/** Loads the newest round at once, without waiting for its id. Then it loads each newer round. */
async function followNewest(path: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const before = state.peek();
    const loaded = await load(path, ended);
    if (loaded) {
      mesh.value = loaded;
      addToTimeline(loaded);
    }
    // After a failure, any change of the state is a reason to try again.
    await stateIs(
      (now) => (loaded ? now?.shown?.id !== loaded.round.id : now !== before) && !!now?.shown,
      ended,
    );
  }
}

/** Settles when netchecker's state passes the test, or when `ended` is aborted. */
async function stateIs(passes: (now: State | null) => boolean, ended: AbortSignal): Promise<void> {
  let stop = () => {};
  await new Promise<void>((resolve) => {
    stop = effect(() => {
      if (passes(state.value)) resolve();
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
  if (past.size > MAX_MESHES_KEPT) past.delete(oldest!);
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
    // While netchecker is away, its last round stays. But another round must not be shown in place
    // of a past one.
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
