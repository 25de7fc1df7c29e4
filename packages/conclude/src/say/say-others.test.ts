import { describe, expect, it } from "vitest";
import { between, failing, into, nodeName } from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";

const REFUSED = failing("connection_refused");
const dead = between((_, to) => to === nodeName(3), REFUSED, ["echo", "nodeport"]);

describe("sayOthers", () => {
  it("says how many nodes a pong does not answer, and whether its own node is one of them", () => {
    expect(causesOf(5, [dead])[0]!.summary).toMatch(
      "node-3: its pong does not answer 4 of 4 other nodes, nor its own; the network works.",
    );
  });

  it("says nothing of its own node if that node's agent did not probe it", () => {
    const faults = [between(into(3), REFUSED, ["echo", "nodeport"])];
    const causes = causesOf(5, faults, { silent: [nodeName(3)] });
    const pong = causes.find(({ kind }) => kind === "pong");
    expect(pong?.summary).toContain("its pong does not answer 4 of 4 other nodes; ");
  });
});
