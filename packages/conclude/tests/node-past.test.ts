import { describe, expect, it } from "vitest";
import { decodeMemory, emptyMemory } from "../src/track/findings-memory.ts";
import { type NodePasts, nodePasts, recallNode } from "@netchecker/round/node-past";
import {
  type RememberedNode,
  rememberNode,
  type ToldReadiness,
} from "@netchecker/round/remember-node";
import type { Sighting } from "@netchecker/round/sighting";

const SECOND = 1_000;
const MINUTE = 60_000;
const BORN = Date.parse("2026-11-28T20:00:00Z");
const SHUTDOWN = "node is shutting down";

const cond = (status: ToldReadiness["status"], afterMs: number, message = ""): ToldReadiness => ({
  status,
  transitionAt: BORN + afterMs,
  message,
  reason: "",
});

/** The watch of one netchecker. It begins with a list and no memory. */
function aWatch() {
  let known: RememberedNode | null = null;
  let knownUntil: number | null = null;
  const take = (readiness: ToldReadiness | null, afterMs: number, live: boolean, uid: string) => {
    const seen: Sighting = { now: BORN + afterMs, knownUntil, live, aheadMs: 0 };
    const told = { uid, createdAt: BORN, readiness };
    known = {
      name: "node-1",
      uid,
      transitionAt: readiness?.transitionAt ?? 0,
      ...rememberNode(told, known, seen),
    } as RememberedNode;
    knownUntil = seen.now;
    return known;
  };
  return {
    list: (readiness: ToldReadiness | null, afterMs: number, uid = "a") =>
      take(readiness, afterMs, false, uid),
    tell: (readiness: ToldReadiness | null, afterMs: number, uid = "a") =>
      take(readiness, afterMs, true, uid),
    recall(pasts: NodePasts) {
      known = recallNode(known!, pasts);
      return known;
    },
    get node() {
      return known!;
    },
  };
}

/** A node's past as Redis gives it back. */
const stored = (node: RememberedNode, afterMs: number): NodePasts =>
  decodeMemory(JSON.stringify({ ...emptyMemory(), nodePasts: nodePasts([node], BORN + afterMs) }))
    .nodePasts;

describe("a new watch that recalls what an earlier netchecker knew", () => {
  it("remembers an orderly shutdown that the node controller has overwritten with Unknown", () => {
    const before = aWatch();
    before.list(cond("True", SECOND), 100 * MINUTE);
    before.tell(cond("False", 101 * MINUTE, SHUTDOWN), 101 * MINUTE);
    const unknown = cond("Unknown", 102 * MINUTE);
    before.tell(unknown, 102 * MINUTE);
    const after = aWatch();
    expect(after.list(unknown, 103 * MINUTE).shutdownSince).toBeNull();
    const recalled = after.recall(stored(before.node, 102 * MINUTE));
    expect(recalled).toMatchObject({ everReady: true, shutdownSince: BORN + 101 * MINUTE });
    expect(after.tell(cond("True", 105 * MINUTE), 105 * MINUTE).shutdownSince).toBeNull();
  });

  it("still knows that a node was never Ready, whatever its kubelet's clock says", () => {
    const before = aWatch();
    const never = cond("False", 5 * MINUTE, "cni plugin not initialized");
    before.tell(never, SECOND);
    expect(before.node.everReady).toBe(false);
    const after = aWatch();
    expect(after.list(never, 2 * MINUTE).everReady).toBe(true);
    after.recall(stored(before.node, MINUTE));
    expect(after.node.everReady).toBe(false);
    expect(after.tell(cond("True", 8 * MINUTE), 3 * MINUTE)).toMatchObject({
      everReady: true,
      returns: [],
    });
  });

  it("counts returns over the restart, including one in between", () => {
    const before = aWatch();
    before.list(cond("True", SECOND), 100 * MINUTE);
    before.tell(cond("False", 101 * MINUTE), 101 * MINUTE);
    before.tell(cond("True", 102 * MINUTE), 102 * MINUTE);
    const after = aWatch();
    after.list(cond("True", 105 * MINUTE), 106 * MINUTE);
    expect(after.recall(stored(before.node, 102 * MINUTE)).returns).toEqual([
      BORN + 102 * MINUTE,
      BORN + 105 * MINUTE,
    ]);
  });

  it("lets what it has seen itself replace what the earlier netchecker knew", () => {
    const before = aWatch();
    before.list(cond("True", SECOND), 100 * MINUTE);
    before.tell(cond("False", 101 * MINUTE, SHUTDOWN), 101 * MINUTE);
    const after = aWatch();
    after.list(cond("False", 101 * MINUTE, SHUTDOWN), 102 * MINUTE);
    after.tell(cond("True", 103 * MINUTE), 103 * MINUTE);
    after.tell(cond("Unknown", 106 * MINUTE), 106 * MINUTE);
    expect(after.recall(stored(before.node, 101 * MINUTE))).toMatchObject({
      shutdownSince: null,
      returns: [BORN + 103 * MINUTE],
      readiness: { status: "Unknown", since: BORN + 106 * MINUTE },
    });
  });

  it("recalls nothing for another node of the same name, nor for a node that it saw come", () => {
    const before = aWatch();
    before.list(cond("True", SECOND), MINUTE);
    before.tell(cond("False", 2 * MINUTE, SHUTDOWN), 2 * MINUTE);
    const past = stored(before.node, 2 * MINUTE);
    const other = aWatch();
    other.list(cond("Unknown", 3 * MINUTE), 4 * MINUTE, "b");
    expect(other.recall(past).shutdownSince).toBeNull();
    const came = aWatch();
    came.list(null, 0, "b");
    came.tell(cond("Unknown", 3 * MINUTE), 4 * MINUTE, "a");
    expect(came.node.heard).toBeNull();
    expect(came.recall(past).shutdownSince).toBeNull();
  });

  it("recalls once, so that a later memory changes nothing", () => {
    const before = aWatch();
    before.list(cond("True", SECOND), MINUTE);
    before.tell(cond("False", 2 * MINUTE, SHUTDOWN), 2 * MINUTE);
    const after = aWatch();
    after.list(cond("Unknown", 3 * MINUTE), 4 * MINUTE);
    expect(after.recall({})).toMatchObject({ shutdownSince: null, heard: null });
    expect(after.recall(stored(before.node, 2 * MINUTE)).shutdownSince).toBeNull();
  });

  it("replaces times in the future, which come from a clock that was ahead", () => {
    const before = aWatch();
    before.list(cond("True", SECOND), 600 * MINUTE);
    before.tell(cond("False", 601 * MINUTE, SHUTDOWN), 601 * MINUTE);
    const after = aWatch();
    after.list(cond("Unknown", 102 * MINUTE), 103 * MINUTE);
    expect(after.recall(stored(before.node, 601 * MINUTE)).shutdownSince).toBe(BORN + 103 * MINUTE);
  });

  it("knows after the recall what a watch knows that was there all along, whenever the recall happens", () => {
    let seed = 11;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    let shutdowns = 0;
    let returns = 0;
    for (let draw = 0; draw < 500; draw += 1) {
      const all = aWatch();
      const after = aWatch();
      const clock = Math.round((random() - 0.5) * 10 * MINUTE);
      const restartAt = Math.floor(random() * 6);
      const recallAt = restartAt + Math.floor(random() * 6);
      let past: NodePasts = {};
      let told = cond("False", clock);
      all.tell(told, SECOND);
      for (let step = 0; step < 12; step += 1) {
        const now = (step + 1) * MINUTE;
        if (step === restartAt) {
          past = stored(all.node, now - SECOND);
          all.list(told, now - SECOND);
          after.list(told, now - SECOND);
        }
        const status = (["True", "False", "Unknown"] as const)[Math.floor(random() * 3)]!;
        const message = status === "False" && random() < 0.5 ? SHUTDOWN : "";
        const same = status === told.status && message === told.message;
        if (!same) {
          const moved = status === told.status ? told.transitionAt - BORN : now + clock;
          told = cond(status, moved, message);
          all.tell(told, now);
          if (step >= restartAt) after.tell(told, now);
        }
        if (step === recallAt) after.recall(past);
        if (step >= recallAt)
          expect({ ...after.node, heard: null }).toEqual({ ...all.node, heard: null });
      }
      shutdowns += all.node.shutdownSince === null ? 0 : 1;
      returns += all.node.returns.length;
    }
    expect(Math.min(shutdowns, returns)).toBeGreaterThan(100);
  });
});

describe("the stored past of nodes", () => {
  const old = { name: "old", uid: "u", createdAt: BORN, everReady: true, returns: [] };
  const aNode = (over: Partial<RememberedNode>): RememberedNode =>
    ({
      ...old,
      shutdownSince: null,
      transitionAt: BORN,
      readiness: { status: "True", since: BORN, reason: "KubeletReady", message: "posting" },
      heard: null,
      ...over,
    }) as RememberedNode;
  const now = BORN + 100 * 24 * 60 * MINUTE;

  it("has nothing for a node that has been Ready for long", () => {
    expect(nodePasts([aNode({})], now)).toEqual({});
    const kept = nodePasts(
      [
        aNode({ name: "shut", shutdownSince: now - MINUTE }),
        aNode({ name: "returned", returns: [now - MINUTE] }),
        aNode({ name: "never", everReady: false }),
        aNode({ name: "young", createdAt: now - MINUTE }),
        aNode({ name: "no-uid", uid: "", everReady: false }),
      ],
      now,
    );
    expect(Object.keys(kept).toSorted()).toEqual(["never", "returned", "shut", "young"]);
  });

  it("is less than half a megabyte for 5,000 new nodes, and prefers nodes with a past", () => {
    const nodes = Array.from({ length: 5_000 }, (_, index) =>
      aNode({
        name: `ip-10-0-${index >> 8}-${index & 255}.eu-central-1.compute.internal`,
        uid: `813b47ad-07bc-4737-9c9c-${index.toString().padStart(12, "0")}`,
        createdAt: now - index,
        shutdownSince: index === 4_999 ? now : null,
      }),
    );
    const kept = nodePasts(nodes, now);
    expect(JSON.stringify(kept).length).toBeLessThan(512 * 1024);
    expect(Object.keys(kept)).toHaveLength(2_000);
    expect(kept[nodes[4_999]!.name]).toMatchObject({ shutdownSince: now });
    expect(() => decodeMemory(JSON.stringify({ ...emptyMemory(), nodePasts: kept }))).not.toThrow();
    const flapping = aNode({ returns: Array.from({ length: 60 }, (_, index) => now - 60 + index) });
    expect(nodePasts([flapping], now)["old"]!.returns).toEqual(
      Array.from({ length: 10 }, (_, index) => now - 10 + index),
    );
  });

  it("may be missing in a memory, and is refused in another shape", () => {
    const { nodePasts: _, ...without } = emptyMemory();
    expect(decodeMemory(JSON.stringify(without)).nodePasts).toEqual({});
    const [good] = Object.values(nodePasts([aNode({ everReady: false })], now));
    for (const bad of [{ shutdownSince: "now" }, { uid: "" }, { returns: Array(11).fill(1) }]) {
      const memory = { ...emptyMemory(), nodePasts: { old: { ...good, ...bad } } };
      expect(() => decodeMemory(JSON.stringify(memory))).toThrow(/another shape/);
    }
  });
});
