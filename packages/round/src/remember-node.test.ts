import { describe, expect, it } from "vitest";
import { type RememberedNode, rememberNode, type ToldReadiness } from "./remember-node.ts";
import { type Sighting, firstSight } from "./sighting.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const BORN = Date.parse("2026-11-28T20:00:00Z");
const CNI =
  "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";

const cond = (
  status: ToldReadiness["status"],
  afterMs: number,
  message = status === "False" ? CNI : "",
  reason = "",
): ToldReadiness => ({ status, transitionAt: BORN + afterMs, message, reason });

interface Clocks {
  /** How far the kubelet's clock is ahead of netchecker's. */
  readonly kubelet?: number;
  /** How far the API server's clock is ahead; netchecker learned this from a list. */
  readonly api?: number;
}

/** A watch of one node. `tell` delivers an event at once; `list` delivers a state by a list after an outage. */
function aWatch({ kubelet = 0, api = 0 }: Clocks = {}) {
  let known: RememberedNode | null = null;
  let knownUntil: number | null = null;
  const take = (
    readiness: ToldReadiness | null,
    afterMs: number,
    uid: string,
    live: boolean,
  ): RememberedNode => {
    const now = BORN + afterMs;
    const seen: Sighting = { now, knownUntil, live, aheadMs: api };
    const told = readiness && { ...readiness, transitionAt: readiness.transitionAt + kubelet };
    const remembered = rememberNode({ uid, createdAt: BORN + api, readiness: told }, known, seen);
    knownUntil = now;
    known = {
      ...remembered,
      uid,
      transitionAt: told?.transitionAt ?? 0,
      ready: told?.status === "True",
    } as RememberedNode;
    return known;
  };
  return {
    tell: (readiness: ToldReadiness | null, afterMs: number, uid = "a") =>
      take(readiness, afterMs, uid, true),
    list: (readiness: ToldReadiness | null, afterMs: number, uid = "a") =>
      take(readiness, afterMs, uid, false),
  };
}

describe("whether a node was ever Ready", () => {
  const first = (readiness: ToldReadiness | null, afterMs: number) =>
    aWatch().list(readiness, afterMs).everReady;

  it("is false if the first condition is as old as the node, or if there is none", () => {
    expect(first(cond("False", 0), 5 * MINUTE)).toBe(false);
    expect(first(cond("False", 10 * SECOND), 5 * MINUTE)).toBe(false);
    expect(first(null, MINUTE)).toBe(false);
    const never = "NodeStatusNeverUpdated";
    expect(first(cond("Unknown", MINUTE, "Kubelet never posted node status.", never), MINUTE)).toBe(
      false,
    );
  });

  it("is true for a node that lost readiness, and for a node that is Ready", () => {
    expect(first(cond("False", 11 * SECOND), 5 * MINUTE)).toBe(true);
    expect(first(cond("Unknown", 4 * MINUTE), 5 * MINUTE)).toBe(true);
    expect(first(cond("True", 0), 5 * MINUTE)).toBe(true);
  });

  it("stays false when the node controller writes Unknown, which sets a new time", () => {
    const watch = aWatch();
    watch.list(cond("False", 1 * SECOND), MINUTE);
    expect(watch.tell(cond("Unknown", 3 * MINUTE), 3 * MINUTE).everReady).toBe(false);
    expect(watch.tell(cond("False", 4 * MINUTE), 4 * MINUTE).everReady).toBe(false);
    expect(watch.tell(cond("True", 5 * MINUTE), 5 * MINUTE).everReady).toBe(true);
    expect(watch.tell(cond("False", 6 * MINUTE), 6 * MINUTE).everReady).toBe(true);
    expect(watch.list(cond("Unknown", 7 * MINUTE), 9 * MINUTE).everReady).toBe(true);
  });

  it("is decided anew for another node of the same name", () => {
    const watch = aWatch();
    watch.tell(cond("True", 1 * SECOND), MINUTE);
    const second = watch.tell(cond("False", 2 * MINUTE), 2 * MINUTE, "b");
    expect(second).toMatchObject({ everReady: false, returns: [] });
  });

  it("is false for a node that the watch saw come, whatever its kubelet's clock says", () => {
    for (const kubelet of [-MINUTE, 5 * MINUTE]) {
      const watch = aWatch({ kubelet });
      expect(watch.tell(cond("False", 0), SECOND).everReady).toBe(false);
    }
  });
});

describe("returns", () => {
  it("count when the node is Ready again, not when it is Ready for the first time", () => {
    const watch = aWatch();
    watch.tell(cond("False", 0), 0);
    expect(watch.tell(cond("True", MINUTE), MINUTE).returns).toEqual([]);
    watch.tell(cond("Unknown", 3 * MINUTE), 3 * MINUTE);
    expect(watch.tell(cond("True", 4 * MINUTE), 4 * MINUTE).returns).toEqual([BORN + 4 * MINUTE]);
    expect(watch.tell(cond("True", 4 * MINUTE), 9 * MINUTE).returns).toHaveLength(1);
  });

  it("are also counted from a list, after an outage in which the node went and came back", () => {
    const watch = aWatch();
    watch.list(cond("True", SECOND), MINUTE);
    expect(watch.list(cond("True", 3 * MINUTE), 5 * MINUTE).returns).toEqual([BORN + 3 * MINUTE]);
    expect(watch.list(cond("True", 3 * MINUTE), 8 * MINUTE).returns).toHaveLength(1);
  });

  it("are forgotten after an hour, and their number is bounded", () => {
    const watch = aWatch();
    for (let second = 0; second < 3_000; second += 4) {
      watch.tell(cond("True", second * SECOND), second * SECOND);
      watch.tell(cond("False", (second + 2) * SECOND), (second + 2) * SECOND);
    }
    const { returns } = watch.tell(cond("True", 3_000 * SECOND), 3_000 * SECOND);
    expect(returns.length).toBeGreaterThan(3);
    expect(returns.length).toBeLessThanOrEqual(60);
    expect(watch.tell(cond("True", 3_000 * SECOND), 3 * 3_600 * SECOND).returns).toEqual([]);
  });
});

describe("an orderly shutdown", () => {
  const shutdown = cond("False", 5 * MINUTE, "node is shutting down", "KubeletNotReady");

  it("is remembered when the node controller overwrites it with Unknown, also if a list tells that", () => {
    const watch = aWatch();
    watch.tell(cond("True", 0), MINUTE);
    const since = BORN + 5 * MINUTE;
    expect(watch.tell(shutdown, 5 * MINUTE).shutdownSince).toBe(since);
    expect(watch.tell(cond("Unknown", 6 * MINUTE), 6 * MINUTE).shutdownSince).toBe(since);
    expect(watch.list(cond("Unknown", 6 * MINUTE), 9 * MINUTE).shutdownSince).toBe(since);
    // The kubelet is back but its network is not ready yet. This is still the same shutdown.
    expect(watch.tell(cond("False", 10 * MINUTE), 10 * MINUTE).shutdownSince).toBe(since);
    expect(watch.tell(cond("True", 11 * MINUTE), 11 * MINUTE).shutdownSince).toBeNull();
    expect(watch.tell(cond("Unknown", 15 * MINUTE), 15 * MINUTE).shutdownSince).toBeNull();
  });

  it("is recognised among other errors, even behind the part of the message that is kept", () => {
    const among = `[${CNI}, ${"x".repeat(400)}, node is shutting down]`;
    expect(aWatch().tell(cond("False", MINUTE, among), MINUTE).shutdownSince).toBe(BORN + MINUTE);
  });

  it("begins when the watch hears of it, if the node was not Ready before", () => {
    const watch = aWatch();
    watch.tell(cond("True", 0), 0);
    watch.tell(cond("False", MINUTE), MINUTE);
    const late = cond("False", MINUTE, `[${CNI}, node is shutting down]`);
    expect(watch.tell(late, 30 * MINUTE).shutdownSince).toBe(BORN + 30 * MINUTE);
  });

  it("is believed only if the kubelet says it, and only with its own words", () => {
    const watch = aWatch();
    expect(watch.tell(cond("Unknown", MINUTE, "node is shutting down"), MINUTE)).toMatchObject({
      shutdownSince: null,
    });
    expect(watch.tell(cond("False", 2 * MINUTE), 2 * MINUTE).shutdownSince).toBeNull();
  });
});

describe("clocks that differ", () => {
  it.each([-3_600_000, -5 * MINUTE, 5 * MINUTE, 3_600_000])(
    "of a kubelet by %d ms change no time of an event that the watch saw itself",
    (kubelet) => {
      const watch = aWatch({ kubelet });
      watch.tell(cond("False", 0), SECOND);
      const ready = watch.tell(cond("True", MINUTE), MINUTE);
      expect(Math.abs(ready.readiness.since - (BORN + MINUTE))).toBeLessThanOrEqual(MINUTE);
      watch.tell(cond("Unknown", 3 * MINUTE), 3 * MINUTE);
      watch.tell(cond("Unknown", 3 * MINUTE), 4 * MINUTE - SECOND);
      const back = watch.tell(cond("True", 4 * MINUTE), 4 * MINUTE);
      expect(back.returns).toEqual([BORN + 4 * MINUTE]);
      // The same wrong time is told again. It is still one return, at the same time.
      expect(watch.tell(cond("True", 4 * MINUTE), 5 * MINUTE).returns).toEqual(back.returns);
    },
  );

  it("of the API server change no time in a list once the difference is known", () => {
    const young = rememberNode({ uid: "a", createdAt: BORN - 300_000, readiness: null }, null, {
      ...firstSight(BORN + MINUTE),
      aheadMs: -300_000,
    });
    expect(young.createdAt).toBe(BORN);
  });

  it("never give a time in the future", () => {
    const { createdAt, readiness } = rememberNode(
      { uid: "a", createdAt: BORN + MINUTE, readiness: cond("True", MINUTE) },
      null,
      firstSight(BORN),
    );
    expect([createdAt, readiness.since]).toEqual([BORN, BORN]);
  });
});
