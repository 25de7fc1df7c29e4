import { describe, expect, it } from "vitest";
import {
  aNode,
  aPod,
  aView,
  between,
  failing,
  fromNodes,
  into,
  nodeName,
  way,
} from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";

const TIMES_OUT = failing("connect_timeout");

describe("toCause", () => {
  it("names the node, the fault, how many of how many, where to look, and what to run", () => {
    const [cause] = causesOf(24, [between(into(7), TIMES_OUT, ["echo"])]);
    expect(cause!.summary).toBe(
      "node-7: its pods cannot be reached from any node (23 of 23); the node itself answers. Look at the pod network (CNI) on node-7.",
    );
    expect(cause!.next).toEqual([
      "kubectl get pods -A -o wide --field-selector spec.nodeName=node-7",
      "kubectl -n netchecker exec ping-1 -- node main.js --probe http://10.2.0.7:8080/echo",
    ]);
    expect(cause!.evidence).toMatchObject({ explains: 23, ofFailures: 23, contradictedBy: 0 });
    expect(cause!.evidence.examples[0]).toEqual({
      from: "node-1",
      to: "node-7",
      check: "echo",
      reason: "connect_timeout",
    });
  });

  it("names both nodes of a cause between two nodes", () => {
    const [cause] = causesOf(6, [between(way(4, 2))]);
    expect(cause!.summary).toBe(
      "node-4 → node-2: connections fail (3 of 3 probes); to and from others they work. Look at the route between them.",
    );
    expect(cause!.next).toContain(
      "kubectl -n netchecker exec ping-4 -- node main.js --probe tcp://192.168.0.2:10250",
    );
  });

  it("probes DNS by name", () => {
    const [cause] = causesOf(6, [fromNodes(() => true, ["dns"], failing("dns_failure"))]);
    expect(cause!.next).toContain(
      "kubectl -n netchecker exec ping-1 -- node main.js --probe dns://pong-svc.netchecker.svc.cluster.local",
    );
  });

  it("quotes IPv6 addresses, so that a shell does not take them for patterns", () => {
    const six = [1, 2, 3, 4];
    const view = aView(4, {
      nodes: six.map((n) => aNode(n)),
      pods: six.flatMap((n) => [aPod("ping", n), aPod("pong", n, { ips: [`fd01::${n}`] })]),
    });
    const [cause] = causesOf(4, [between(into(2), TIMES_OUT, ["echo"])], { view });
    expect(cause!.next).toContain(
      "kubectl -n netchecker exec ping-1 -- node main.js --probe 'http://[fd01::2]:8080/echo'",
    );
  });

  it("names the first few of many nodes", () => {
    const half = (name: string) => Number(name.slice("node-".length)) <= 10;
    const [cause] = causesOf(20, [between((from, to) => half(from) !== half(to))]);
    expect(cause!.summary).toContain(
      `${[1, 2, 3, 4, 5, 6].map(nodeName).join(", ")} and 4 more ↔ node-11, `,
    );
  });

  it("names the pod that answers instead", () => {
    const answeredBy = [{ pod: "stray", node: nodeName(4), connections: 1 }];
    const wrong = failing("wrong_responder", { answeredBy });
    const [cause] = causesOf(5, [between(into(2), wrong, ["echo"])]);
    expect(cause!.summary).toBe(
      "node-2: another pod answers at its pong's address (4 of 5): stray on node-4. Look for an address used twice, or a stale route or neighbour entry.",
    );
  });
});
