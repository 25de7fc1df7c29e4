import { computed, signal } from "@preact/signals";
import { type ApiError } from "../adapters/api.ts";
import { now, state } from "./live.ts";
import { api, refuseToken } from "./session.ts";
import { timeline } from "./timeline.ts";

const asked = signal(false);
/** Why the last click opened no round. Null if it did. */
export const checkNowError = signal<string | null>(null);

/**
 * How far the open round probably is, from 0 to 1, if it takes as long as the last one. Null if no
 * round is open.
 */
export const progress = computed(() => {
  const open = state.value?.open;
  if (!open) return asked.value ? { id: null, share: 0, elapsedMs: 0 } : null;
  const elapsedMs = Math.max(0, now.value - Date.parse(open.startedAt));
  const lastDurationMs = timeline.value.findLast(
    ({ durationMs }) => durationMs !== null,
  )?.durationMs;
  const share = Math.min(0.95, elapsedMs / Math.max(lastDurationMs ?? 10_000, 500));
  return { id: open.id, share, elapsedMs };
});

/** Opens a round now. */
export async function checkNow(): Promise<void> {
  asked.value = true;
  checkNowError.value = null;
  try {
    await api.post("rounds");
  } catch (error) {
    if ((error as ApiError).status === 401) refuseToken();
    else checkNowError.value = (error as Error).message;
  } finally {
    asked.value = false;
  }
}
