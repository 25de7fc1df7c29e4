import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { isoTime } from "@netchecker/round/iso-time";
import { LeaseLostError } from "./core/lease-lost.ts";
import type { MeasuredRound, RoundStore } from "./ports.ts";
import type { OneRound, OneRoundParts } from "./run-one-round.ts";

/** If netchecker died twice while it concluded a round, that round may be the cause. It is not tried again. */
const MAX_ATTEMPTS = 2;

type Parts = Pick<OneRoundParts, "cluster" | "keeper" | "log" | "tally"> & {
  readonly store: RoundStore;
};

/**
 * Call this at the start of each term of the lease, before any other write. Reads what other netcheckers stored,
 * concludes the rounds that they measured, and records the round that they left open as abandoned. Throws if Redis
 * does not allow it.
 */
export async function takeOver(parts: Parts, round: OneRound): Promise<void> {
  const { store, keeper } = parts;
  await store.mend(keeper.lastId);
  if (!(await keeper.restore())) throw new Error("the history cannot be read");
  for (const left of await store.measured()) await concludeLeft(left, parts, round);
  await abandonOpen(parts);
  await keeper.settled();
}

async function concludeLeft(left: MeasuredRound, parts: Parts, round: OneRound): Promise<void> {
  const { cluster, store, keeper, log } = parts;
  const { id } = left.round.head;
  keeper.noteGiven(left.round.head);
  if (keeper.waits(id)) return;
  log.warn({ round: id, begun: left.begun }, "concludes a round that was measured and left");
  if (left.begun >= MAX_ATTEMPTS) {
    await round.closeUnconcluded(left.round, "netchecker ended twice while it concluded it");
    return;
  }
  // A full Redis refuses this note. The round is concluded all the same.
  await store.beginConcluding(id).catch((error: unknown) => {
    if (error instanceof LeaseLostError) throw error;
  });
  const head = { ...left.round.head, state: "closed" as const };
  await round.conclude({ ...left.round, head }, cluster.view());
}

/** If a round is open in Redis but not in this process, the netchecker that opened it has died. */
async function abandonOpen({ store, keeper, log, tally }: Parts): Promise<void> {
  const left = await store.openRound();
  if (left === null) return;
  const known = { id: left.id, startedAt: isoTime(left.startedAt) };
  // It may also be our own round that still waits to be stored, or a round that was closed after all.
  if (keeper.waits(left.id) || (await store.head(left.id)) !== null) return;
  log.warn({ round: left.id }, "abandons the round that an ended netchecker left open");
  keeper.noteGiven(known);
  tally.ended("abandoned");
  const run = { ...left, finishedAt: Date.now() };
  await keeper.keepHead(
    roundWithoutResult(run, "abandoned", "netchecker ended while the round was open"),
  );
}
