import { beforeEach, expect, test } from "vitest";
import { ActiveFaults } from "./active-faults.ts";
import { BrokenThings } from "./broken-things.ts";
import type { FaultKind, FaultSpec } from "./fault.ts";
import type { Lab } from "../namespaces/lab.ts";
import type { Fault } from "./read-fault.ts";

let happened: string[];
let unhealable: string | null;
let faults: ActiveFaults;

/** Kinds that note what is done; `bad` fails half-way. */
function read(spec: FaultSpec): Fault {
  const kind: Partial<FaultKind> = {
    async break(_lab, _parameters, undo, id) {
      undo.defer(() => {
        happened.push(`heal ${id}`);
        if (id === unhealable) throw new Error("stuck");
      });
      happened.push(`apply ${spec.kind} ${id}`);
      await Promise.resolve();
      if (spec.kind === "bad") throw new Error("half-way");
      happened.push(`applied ${id}`);
    },
  };
  return { kind: kind as FaultKind, spec, parameters: {} };
}

beforeEach(() => {
  happened = [];
  unhealable = null;
  faults = new ActiveFaults({ broken: new BrokenThings() } as Lab, read);
});

const ids = () => faults.list.map(({ id }) => id);

test("each fault has an id of its own, also when others were healed", async () => {
  await faults.break({ kind: "a" });
  await faults.heal();
  expect(await faults.break({ kind: "a" })).toMatchObject({ id: "f2", spec: { kind: "a" } });
  expect(ids()).toEqual(["f2"]);
});

test("all are healed in the reverse order", async () => {
  for (const kind of ["a", "b", "c"]) await faults.break({ kind });
  expect(await faults.heal()).toEqual(["f3", "f2", "f1"]);
  expect(happened.slice(-3)).toEqual(["heal f3", "heal f2", "heal f1"]);
  expect(ids()).toEqual([]);
});

test("one is healed and the others stay", async () => {
  for (const kind of ["a", "b", "c"]) await faults.break({ kind });
  expect(await faults.heal("f2")).toEqual(["f2"]);
  expect(ids()).toEqual(["f1", "f3"]);
});

test("an unknown id is refused with those there are", async () => {
  await expect(faults.heal("f1")).rejects.toThrow(
    'there is no fault "f1"; allowed: none, as nothing is broken',
  );
  await faults.break({ kind: "a" });
  await expect(faults.heal("f9")).rejects.toThrow('there is no fault "f9"; allowed: f1');
});

test("what fails half-way is healed at once, and is not in effect", async () => {
  await expect(faults.break({ kind: "bad" })).rejects.toThrow("half-way");
  expect(happened).toEqual(["apply bad f1", "heal f1"]);
  expect(ids()).toEqual([]);
});

test("breaking and healing take turns", async () => {
  await Promise.all([faults.break({ kind: "a" }), faults.break({ kind: "b" }), faults.heal()]);
  expect(happened).toEqual(
    "apply a f1,applied f1,apply b f2,applied f2,heal f2,heal f1".split(","),
  );
});

test("one that cannot be healed is told, stays, and does not keep the others", async () => {
  for (const kind of ["a", "b", "c"]) await faults.break({ kind });
  unhealable = "f2";
  await expect(faults.heal()).rejects.toThrow("stuck");
  expect(ids()).toEqual(["f2"]);
  unhealable = null;
  expect(await faults.heal()).toEqual(["f2"]);
});
