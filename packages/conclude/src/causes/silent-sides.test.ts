import { describe, expect, it } from "vitest";
import {
  across,
  aNode,
  aView,
  between,
  failing,
  into,
  nodeName,
} from "@netchecker/round/testing/a-round";
import { causesOf, inShort } from "../../tests/support/some-causes.ts";

const ZONE = "topology.kubernetes.io/zone";
const N = nodeName;

/** Nodes 1 to 3 in zone a, 4 to 6 in b, all others in c. */
const zoned = (nodes: number) =>
  aView(nodes, {
    nodes: Array.from({ length: nodes }, (_, index) =>
      aNode(index + 1, { labels: { [ZONE]: index < 3 ? "a" : index < 6 ? "b" : "c" } }),
    ),
  });
const large = failing("large_request_timeout");

describe("agents of which nothing is heard", () => {
  it("are explained by the partition between them and one other zone, where Redis is", () => {
    const apart = between(
      (from, to) => [1, 2, 3].map(N).includes(to) && [4, 5, 6].map(N).includes(from),
    );
    const silent = [N(1), N(2), N(3)];
    expect(inShort(9, [apart], { view: zoned(9), silent })).toEqual([
      "critical partition [node-1,node-2,node-3] [node-4,node-5,node-6] both node",
    ]);
  });

  it("stand first, also where they are more than those that are heard", () => {
    const seven = [1, 2, 3, 4, 5, 6, 7];
    const [only, ...others] = causesOf(12, [between(across(...seven))], { silent: seven.map(N) });
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      kind: "partition",
      nodes: seven.map(N),
      peers: [8, 9, 10, 11, 12].map(N),
    });
  });

  it("may be apart together, where several nodes seem down and no neighbour says so", () => {
    const cut = (reason: "connect_timeout" | "host_unreachable") =>
      causesOf(6, [between(across(5, 6), failing(reason))], { silent: [N(5), N(6)] }).map(
        ({ kind, nodes, candidates }) => `${kind} ${nodes.join()} ${candidates.join()}`,
      );
    expect(cut("connect_timeout")).toEqual([
      "node-down node-5 node-cut-off,partition",
      "node-down node-6 node-cut-off,partition",
    ]);
    expect(cut("host_unreachable")).toEqual([
      "node-down node-5 node-cut-off",
      "node-down node-6 node-cut-off",
    ]);
  });

  it("are explained by the large packets that are lost on the way to their node", () => {
    const lost = between(into(3), large, ["echo"]);
    expect(inShort(6, [lost], { silent: [N(3)] })).toEqual([
      "warning mtu [node-3] [] in pod-network",
    ]);
  });

  it("are one hole where they are a whole zone, in the direction that is measured", () => {
    const lost = between(across(1, 2, 3), large, ["echo"]);
    expect(inShort(9, [lost], { view: zoned(9), silent: [N(1), N(2), N(3)] })).toEqual([
      "warning mtu [node-1,node-2,node-3] [node-4,node-5,node-6,node-7,node-8,node-9] in pod-network",
    ]);
  });

  it("are holes of their own where they have no place in common", () => {
    const lost = between(across(1, 5), large, ["echo"]);
    expect(inShort(9, [lost], { view: zoned(9), silent: [N(1), N(5)] })).toEqual([
      "warning mtu [node-1] [] in pod-network",
      "warning mtu [node-5] [] in pod-network",
    ]);
  });
});
