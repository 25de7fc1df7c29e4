import { type Mesh, type Timeline, type TimelineEntry, timelineEntry } from "@netchecker/contract";
import { computed, effect, signal } from "@preact/signals";
import { extendTimeline } from "../core/timeline/extend-timeline.ts";
import { connection, state } from "./live.ts";
import { api } from "./session.ts";

/** All kept rounds, the oldest first. */
export const timeline = signal<readonly TimelineEntry[]>([]);

const there = computed(() => connection.value.is === "live" || connection.value.is === "polling");
const lastWithoutResult = computed(() => {
  const last = state.value?.last;
  return last && last.state !== "closed" ? last.id : null;
});

/** Loads the timeline when netchecker answers, and again after each interruption. */
export function startLoadingTimeline(): void {
  effect(() => {
    // A round without a result has no mesh that would add it to the timeline.
    void lastWithoutResult.value;
    if (there.value) void load();
  });
}

/** Adds a round that just closed, without loading all others again. */
export function addToTimeline({ round, summary, findings }: Mesh): void {
  const more = extendTimeline(timeline.peek(), timelineEntry(round, summary, findings));
  if (more) timeline.value = more;
  else if (timeline.peek().length > 0) void load();
}

async function load(): Promise<void> {
  // If this fails, only the strip is missing. The connection says what is wrong.
  const loaded = await api.get<Timeline>("timeline").catch(() => null);
  if (loaded) timeline.value = loaded.rounds;
}
