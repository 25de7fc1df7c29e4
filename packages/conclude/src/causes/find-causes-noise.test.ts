import { describe, expect, it } from "vitest";
import {
  across,
  aClosedRound,
  aView,
  between,
  failing,
  type Fault,
  fromNodes,
  into,
  nodeName,
  OK,
  seeded,
  under,
} from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";
import { conclude, emptyMemory } from "../conclude.ts";

const N = nodeName;

/** Lost packets: failures in any check, and many more that a second attempt mended. */
function noise(random: () => number, share: number): Fault {
  return ({ check }) => {
    const draw = random();
    if (draw < share) return failing(check === "dns" ? "dns_failure" : "connect_timeout");
    return draw < share * 5 ? { ...OK, attempts: 2 } : null;
  };
}

/** Faults of any kind and anywhere, without rhyme or reason. */
function anyFaults(random: () => number, nodes: number): Fault[] {
  const node = () => 1 + Math.floor(random() * nodes);
  const make = [
    () => between(into(node())),
    () => between(into(node()), failing("connection_refused"), ["echo", "nodeport"]),
    () => between(across(node(), node(), node())),
    () => between(across(node()), failing("large_request_timeout"), ["echo"]),
    () => between(into(node()), failing("wrong_responder"), ["echo"]),
    () => fromNodes((from) => from === N(node()), ["dns"], failing("dns_failure")),
    () => fromNodes(() => random() < 0.5, ["clusterip", "connect"]),
    () => between(() => random() < 0.2),
  ];
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    make[Math.floor(random() * make.length)]!(),
  );
}

describe("lost packets", () => {
  it.each([3, 5, 12, 40])("never raise an alarm in a cluster of %i nodes", (size) => {
    const random = seeded(size);
    const view = aView(size);
    let memory = emptyMemory();
    for (let id = 1; id <= 60; id += 1) {
      const finds = under(noise(random, 0.005));
      const { findings, memory: next } = conclude(
        aClosedRound(view, { finds, run: { id } }),
        view,
        memory,
      );
      memory = next;
      expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    }
  });

  it("do not hide a fault, nor change its name", () => {
    const random = seeded(1);
    for (let draw = 0; draw < 20; draw += 1) {
      const faults = [between(into(3), failing("connect_timeout"), ["echo"]), noise(random, 0.005)];
      const [first, ...others] = causesOf(20, faults);
      expect(first).toMatchObject({ kind: "pod-network", nodes: [N(3)], direction: "in" });
      expect(others.filter(({ severity }) => severity !== "info")).toEqual([]);
    }
  });

  it("are a line of info where they are few, and a warning where they are many", () => {
    const few = causesOf(20, [noise(seeded(2), 0.004)]);
    expect(few[0]).toMatchObject({ kind: "unexplained", severity: "info" });
    expect(few.filter(({ severity }) => severity !== "info")).toEqual([]);
    const many = causesOf(20, [noise(seeded(2), 0.1)]);
    expect(many.at(0)).toMatchObject({ kind: "unexplained", severity: "warning" });
  });
});

describe("whatever happens", () => {
  it("every failure is explained once, or is unexplained", () => {
    const random = seeded(99);
    for (let draw = 0; draw < 150; draw += 1) {
      const size = 1 + Math.floor(random() * 12);
      const silent = random() < 0.3 ? [N(1)] : [];
      const causes = causesOf(size, anyFaults(random, size), { silent });
      const explained = causes.reduce((sum, { evidence }) => sum + evidence.explains, 0);
      for (const { evidence } of causes) expect(evidence.ofFailures).toBe(explained);
      for (const { evidence } of causes)
        expect(evidence.examples.length).toBe(Math.min(5, evidence.explains));
    }
  });

  it("the same round has the same causes", () => {
    for (let draw = 0; draw < 20; draw += 1) {
      const once = causesOf(8, anyFaults(seeded(draw), 8));
      expect(causesOf(8, anyFaults(seeded(draw), 8))).toEqual(once);
    }
  });
});
