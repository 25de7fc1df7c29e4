import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { isoTime } from "@netchecker/round/iso-time";
import { LeaseLostError } from "./core/lease-lost.ts";
import type { MeasuredRound, RoundStore } from "./ports.ts";
import type { OneRound, OneRoundParts } from "./run-one-round.ts";

/** What is concluded a second time in vain may be what ends netchecker: it is not tried again. */
const MOST_BEGUN = 2;

type Parts = Pick<OneRoundParts, "cluster" | "keeper" | "log" | "tally"> & {
  readonly store: RoundStore;
};

/**
 * To be called at the begin of each term of the lease, before anything is written: takes over what others know, concludes
 * what they measured, and records as abandoned what they left open. Throws where Redis does not let it.
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
  if (left.begun >= MOST_BEGUN) {
    await round.closeUnconcluded(left.round, "netchecker ended twice while it concluded it");
    return;
  }
  // A Redis that is full takes no such note.
  await store.beginConcluding(id).catch((error: unknown) => {
    if (error instanceof LeaseLostError) throw error;
  });
  const head = { ...left.round.head, state: "closed" as const };
  await round.conclude({ ...left.round, head }, cluster.view());
}

/** A round that is open in Redis but not here was left by a netchecker that died. */
async function abandonOpen({ store, keeper, log, tally }: Parts): Promise<void> {
  const left = await store.openRound();
  if (left === null) return;
  const known = { id: left.id, startedAt: isoTime(left.startedAt) };
  // One of our own that Redis did not see closed waits to be stored; what is over was closed.
  if (keeper.waits(left.id) || (await store.head(left.id)) !== null) return;
  log.warn({ round: left.id }, "abandons the round that an ended netchecker left open");
  keeper.noteGiven(known);
  tally.ended("abandoned");
  const run = { ...left, finishedAt: Date.now() };
  await keeper.keepHead(
    roundWithoutResult(run, "abandoned", "netchecker ended while the round was open"),
  );
}
