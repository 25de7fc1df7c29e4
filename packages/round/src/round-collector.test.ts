import { peekReport, type Report, TARGET_TYPES, type TargetType } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { aPod, aReport, aView, SETTINGS, TIMEOUT } from "@netchecker/round/testing/a-round";
import { planRound } from "./plan-round.ts";
import { RoundCollector } from "./round-collector.ts";

function aCollector(nodes = 2) {
  const plan = planRound(aView(nodes), SETTINGS);
  return { plan, collector: new RoundCollector(plan, 7, "list-7") };
}

function atAGlance(collector: RoundCollector, report: Report, channel: TargetType = "pod") {
  const text = JSON.stringify(report);
  return collector.readOrDrop(channel, peekReport(text), text.length);
}

describe("RoundCollector", () => {
  it("is complete when every agent has reported every type, however many messages came", () => {
    const { plan, collector } = aCollector(2);
    const all = plan.agents.flatMap((_, agent) =>
      TARGET_TYPES.map((type) => aReport(plan, agent, type)),
    );
    for (const report of all) {
      expect(collector.complete).toBe(false);
      // A repeated message must not bring the end closer.
      expect(collector.accept(report)).toBe("accepted");
      expect(collector.accept(report)).toBe("repeated");
    }
    expect(collector.complete).toBe(true);
    expect(collector.reported).toBe(2);
  });

  it("does not wait for an agent that cannot report, but accepts its report if it comes", () => {
    const view = aView(2);
    const pods = view.pods.map((pod) => (pod.name === "ping-2" ? { ...pod, ready: false } : pod));
    const plan = planRound({ ...view, pods }, SETTINGS);
    const collector = new RoundCollector(plan, 7, "list-7");
    for (const type of TARGET_TYPES) collector.accept(aReport(plan, 0, type));
    expect(collector.complete).toBe(true);
    expect(collector.accept(aReport(plan, 1, "pod"))).toBe("accepted");
    expect(collector.complete).toBe(true);
  });

  it("is complete at once if no agent can report", () => {
    const plan = planRound(aView(1, { pods: [aPod("pong", 1)] }), SETTINGS);
    expect(new RoundCollector(plan, 7, "list-7").complete).toBe(true);
  });

  it.each([
    ["late", { round: 6 }],
    ["late", { list: "of-another-life" }],
    ["invalid", { round: 8 }],
    ["unknownAgent", { agent: { pod: "ping-9", node: "node-1", ip: "10.1.0.1" } }],
    ["unknownAgent", { agent: { pod: "ping-1", node: "node-2", ip: "10.1.0.1" } }],
    ["wrong_type", { type: "node" }],
    ["too_large", { detail: { 0: "x".repeat(10_000) } }],
  ] as const)("does not read what could only be dropped as %s: %o", (why, with_) => {
    const { plan, collector } = aCollector();
    const foresight = atAGlance(collector, { ...aReport(plan, 0, "pod"), ...with_ } as never);
    expect(foresight).toEqual({ drop: why });
  });

  it("does not read a report again once it was accepted", () => {
    const { plan, collector } = aCollector();
    const report = aReport(plan, 0, "pod");
    expect(atAGlance(collector, report)).toHaveProperty("read.targets", plan.targets.pod.length);
    expect(collector.accept(report)).toBe("accepted");
    expect(atAGlance(collector, report)).toEqual({ drop: "repeated" });
  });

  it("accepts each agent's report, however many messages come in another's name or in none", () => {
    const { plan, collector } = aCollector();
    let read = 0;
    for (let message = 0; message < 10_000; message += 1) {
      if ("read" in atAGlance(collector, aReport(plan, 0, "pod"))) read += 1;
      if ("read" in collector.readOrDrop("pod", null, 1_500)) read += 1;
    }
    expect(read).toBeLessThan(3 + 700);
    expect(atAGlance(collector, aReport(plan, 0, "pod"))).toEqual({ drop: "too_many" });
    expect(collector.readOrDrop("pod", null, 1_500)).toEqual({ drop: "too_many" });
    for (const type of TARGET_TYPES)
      expect(atAGlance(collector, aReport(plan, 1, type), type)).toHaveProperty("read");
  });

  it.each([
    ["late", { round: 6 }],
    ["late", { list: "of-another-life" }],
    ["invalid", { round: 8 }],
    ["unknownAgent", { agent: { pod: "ping-9", node: "node-1", ip: "10.1.0.1" } }],
    ["unknownAgent", { agent: { pod: "ping-1", node: "node-2", ip: "10.1.0.1" } }],
    ["invalid", { reasons: "a", attempts: "1", latencyMs: [1] }],
  ] as const)("drops as %s a report with %o, and stays as it was", (acceptance, with_) => {
    const { plan, collector } = aCollector();
    const report = { ...aReport(plan, 0, "pod", () => TIMEOUT), ...with_ } as never;
    expect(collector.accept(report)).toBe(acceptance);
    expect(collector.matrices.pod.reasons.every((code) => code === 14)).toBe(true);
    expect(collector.accept(aReport(plan, 0, "pod"))).toBe("accepted");
  });
});
