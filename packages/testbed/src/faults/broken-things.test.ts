import { expect, test } from "vitest";
import { BrokenThings } from "./broken-things.ts";

/** A light that says what was done to it. */
function light() {
  const done: string[] = [];
  const breakIt = async (undo: AsyncDisposableStack) => {
    undo.defer(() => void done.push("on"));
    done.push("off");
  };
  return { done, breakIt };
}

test("what two faults break is broken once, and whole again when both are healed", async () => {
  const things = new BrokenThings();
  const { done, breakIt } = light();
  await things.hold("light", "f1", breakIt);
  await things.hold("light", "f2", breakIt);
  expect(done).toEqual(["off"]);
  await things.release("f1");
  expect(things.has("light")).toBe(true);
  expect(done).toEqual(["off"]);
  await things.release("f2");
  expect(things.has("light")).toBe(false);
  expect(done).toEqual(["off", "on"]);
});

test("a fault that came half-way is undone as far as it came", async () => {
  const things = new BrokenThings();
  const { done, breakIt } = light();
  const halfWay = async (undo: AsyncDisposableStack) => {
    await breakIt(undo);
    throw new Error("no further");
  };
  await expect(things.hold("light", "f1", halfWay)).rejects.toThrow("no further");
  await things.release("f1");
  expect(done).toEqual(["off", "on"]);
});

test("healing twice, or what never broke, does nothing", async () => {
  const things = new BrokenThings();
  const { done, breakIt } = light();
  await things.hold("light", "f1", breakIt);
  await things.release("f0");
  await things.release("f1");
  await things.release("f1");
  expect(done).toEqual(["off", "on"]);
});

test("what one fault broke is undone the newest first, whatever fails meanwhile", async () => {
  const things = new BrokenThings();
  const undone: string[] = [];
  await things.hold("house", "f1", async (undo) => {
    undo.defer(() => void undone.push("door"));
    undo.defer(() => Promise.reject(new Error("jammed")));
    undo.defer(() => void undone.push("window"));
  });
  await expect(things.release("f1")).rejects.toThrow("jammed");
  expect(undone).toEqual(["window", "door"]);
});
