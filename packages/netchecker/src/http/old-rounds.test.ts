import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";
import { FullError } from "./answers/bounded-cache.ts";
import { OldRounds } from "./old-rounds.ts";

const ROUND = aClosedRound(aView(2));

function aHistory() {
  const reading = { now: 0, most: 0, times: 0 };
  const rounds = new OldRounds(async () => {
    reading.times += 1;
    reading.most = Math.max(reading.most, (reading.now += 1));
    await setTimeout(5);
    reading.now -= 1;
    return ROUND;
  });
  const hold = (id: number, startedAt = ROUND.head.startedAt) =>
    rounds.hold({ ...ROUND.head, id, startedAt });
  return { reading, hold };
}

it("a round is read once for all who ask, and one at a time", async () => {
  const { reading, hold } = aHistory();
  const held = await Promise.all([1, 1, 1, 2, 2, 3].map((id) => hold(id)));
  expect(reading).toEqual({ now: 0, most: 1, times: 3 });
  for (const { release } of held) release();
  (await hold(2)).release();
  expect(reading.times).toBe(3);
});

it("no more rounds are held than fit, and a round in use is not dropped", async () => {
  const { hold } = aHistory();
  const held = await Promise.all([1, 2, 3, 4].map((id) => hold(id)));
  await expect(hold(5)).rejects.toThrow(FullError);
  (await hold(3)).release();
  held[0]!.release();
  expect((await hold(5)).value).toBe(ROUND);
});

it("a round with the same id but another start is another round", async () => {
  const { reading, hold } = aHistory();
  (await hold(1)).release();
  (await hold(1, "2027-01-01T00:00:00.000Z")).release();
  expect(reading.times).toBe(2);
});
