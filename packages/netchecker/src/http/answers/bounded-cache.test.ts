import { describe, expect, it } from "vitest";
import { BoundedCache, FullError, type Reserve } from "./bounded-cache.ts";

const LIMITS = { maxSize: 10, makingAtOnce: 2, waiting: 1 };

/** Makes a value of a size, and counts how often it does so. */
function maker(size: number, value = "value") {
  const made = { times: 0 };
  const make = async (reserve: Reserve) => {
    made.times += 1;
    reserve(size);
    return value;
  };
  return { made, make };
}

describe("a bounded cache", () => {
  it("makes a value once for all who ask, at the same time and later", async () => {
    const cache = new BoundedCache<string>(LIMITS);
    const { made, make } = maker(4);
    const held = await Promise.all(Array.from({ length: 9 }, () => cache.hold("a", make)));
    for (const { release } of held) release();
    (await cache.hold("a", make)).release();
    expect([made.times, cache.size]).toEqual([1, 4]);
  });

  it("drops the value that was unused for longest, and never one in use", async () => {
    const cache = new BoundedCache<string>(LIMITS);
    const a = maker(4);
    const b = maker(4);
    (await cache.hold("a", a.make)).release();
    (await cache.hold("b", b.make)).release();
    const using = await cache.hold("a", a.make);
    const third = await cache.hold("c", maker(6).make);
    expect(cache.size).toBe(10);
    await expect(cache.hold("b", b.make)).rejects.toThrow(FullError);
    third.release();
    (await cache.hold("b", b.make)).release();
    using.release();
    (await cache.hold("a", a.make)).release();
    expect([a.made.times, b.made.times, cache.size]).toEqual([1, 3, 8]);
  });

  it("counts a value in use until every user has released it, and a second release changes nothing", async () => {
    const cache = new BoundedCache<string>({ ...LIMITS, maxSize: 5 });
    const first = await cache.hold("a", maker(5).make);
    const second = await cache.hold("a", maker(5).make);
    first.release();
    first.release();
    await expect(cache.hold("b", maker(5).make)).rejects.toThrow(FullError);
    second.release();
    expect((await cache.hold("b", maker(5).make)).value).toBe("value");
    expect(cache.size).toBe(5);
  });

  it("keeps nothing of a value that could not be made, and tries again", async () => {
    const cache = new BoundedCache<string>(LIMITS);
    const failing = async (reserve: Reserve): Promise<string> => {
      reserve(7);
      throw new Error("no luck");
    };
    await expect(cache.hold("a", failing)).rejects.toThrow("no luck");
    await expect(cache.hold("b", maker(11).make)).rejects.toThrow(FullError);
    expect(cache.size).toBe(0);
    expect((await cache.hold("a", maker(10).make)).value).toBe("value");
  });

  it("makes up to makingAtOnce values at once, lets `waiting` more wait, and refuses the next", async () => {
    const cache = new BoundedCache<string>(LIMITS);
    const running: (() => void)[] = [];
    const slow = () => new Promise<string>((resolve) => running.push(() => resolve("slow")));
    const asked = ["a", "b", "c"].map((key) => cache.hold(key, slow));
    await expect.poll(() => running.length).toBe(2);
    await expect(cache.hold("d", slow)).rejects.toThrow(FullError);
    running[0]!();
    await expect.poll(() => running.length).toBe(3);
    for (const end of running) end();
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual(Array(3).fill("slow"));
  });
});
