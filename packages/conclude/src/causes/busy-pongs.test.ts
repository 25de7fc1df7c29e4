import { describe, expect, it } from "vitest";
import {
  across,
  between,
  failing,
  type Fault,
  into,
  nodeName,
  OK,
  seeded,
} from "@netchecker/round/testing/a-round";
import { causesOf, inShort } from "../../tests/support/some-causes.ts";

const N = nodeName;

/** A pong without enough CPU: half of what is asked of it fails, some of the rest needs another attempt. */
function overloaded(n: number): Fault {
  const random = seeded(5);
  return ({ node, check }) => {
    if (node !== N(n) || check === "tcp") return null;
    const drawn = random();
    if (drawn < 0.3) return failing("response_timeout");
    if (drawn < 0.5) return failing("bad_status");
    return { ...OK, attempts: drawn < 0.8 ? 2 : 1 };
  };
}

describe("a pong that is overloaded", () => {
  it("is named, and no packet loss beside it", () => {
    const [only, ...others] = causesOf(12, [overloaded(4)]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "pong", nodes: [N(4)], severity: "warning" });
    expect(only!.summary).toContain("answers only now and then");
  });

  it("is told by agents that it answers on one way and not on the other", () => {
    const late: Fault = ({ node, check }, from) => {
      const asked = `${check} ${from}`;
      const unanswered = ["echo node-1", "echo node-2", "nodeport node-5", "nodeport node-6"];
      return node === N(4) && unanswered.includes(asked) ? failing("response_timeout") : null;
    };
    expect(inShort(12, [late])).toEqual(["warning pong [node-4] [] null process"]);
  });

  it("is no partition where two of them leave the same agents without an answer", () => {
    const late: Fault = ({ node, check }, from) =>
      [N(4), N(5)].includes(node ?? "") && [N(8), N(9)].includes(from) && check === "echo"
        ? failing("response_timeout")
        : null;
    const kinds = causesOf(12, [late, overloaded(4), overloaded(5)]).map(({ kind }) => kind);
    expect(kinds).toEqual(["pong", "pong"]);
  });

  it("is not seen where packets are lost on the way", () => {
    const random = seeded(6);
    const lossy: Fault = (target, from, type) =>
      between(across(4))(target, from, type) === null || random() > 0.3
        ? null
        : failing(random() < 0.7 ? "connect_timeout" : "response_timeout");
    expect(causesOf(12, [lossy]).map(({ kind }) => kind)).not.toContain("pong");
  });
});

describe("two pongs that are dead at once", () => {
  it("are two dead pongs, beside a partition too", () => {
    const dead = between((_, to) => [N(4), N(9)].includes(to), failing("connection_refused"), [
      "echo",
      "nodeport",
    ]);
    const side = (name: string) => Number(name.slice(5)) % 3;
    const apart = between((from, to) => side(from) + side(to) === 1);
    expect(inShort(24, [apart, dead]).map((each) => each.replace(/ \[node-1,.*/, ""))).toEqual([
      "critical partition",
      "warning pong [node-4] [] null process",
      "warning pong [node-9] [] null process",
    ]);
  });
});

describe("pods that nobody reaches, not even by their node's NodePort", () => {
  const unreached = (reason: "connect_timeout" | "connection_refused") =>
    between(into(3), failing(reason), ["echo", "nodeport"]);

  it("are cut off, where their node's agent, a pod too, is silent as well", () => {
    expect(inShort(6, [unreached("connect_timeout")], { silent: [N(3)] })).toEqual([
      "critical pod-network [node-3] [] both pod-network",
    ]);
  });

  it("are there, where they refuse connections", () => {
    const causes = inShort(6, [unreached("connection_refused")], { silent: [N(3)] });
    expect(causes[0]).toBe("warning pong [node-3] [] null process");
  });
});
