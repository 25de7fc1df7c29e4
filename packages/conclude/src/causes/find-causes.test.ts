import { describe, expect, it } from "vitest";
import {
  across,
  between,
  failing,
  type Fault,
  fromNodes,
  into,
  nodeName,
  outOf,
  way,
} from "@netchecker/round/testing/a-round";
import { inShort } from "../../tests/support/some-causes.ts";

const N = nodeName;
const atAll = (n: number) => (_: string, to: string) => to === N(n);
const outside = (n: number) =>
  fromNodes((from) => from === N(n), ["clusterip", "dns", "connect"], failing("connect_timeout"));

describe("findCauses", () => {
  it("finds nothing in a healthy mesh", () => {
    expect(inShort(5, [])).toEqual([]);
  });

  it.each<[string, readonly Fault[], readonly string[], readonly string[]]>([
    [
      "node that is down",
      [between(into(3), failing("connect_timeout"))],
      [N(3)],
      ["critical node-down [node-3] [] both node"],
    ],
    [
      "node that is cut off inwards",
      [between(into(3))],
      [],
      ["critical node-cut-off [node-3] [] in node"],
    ],
    [
      "node that is cut off outwards",
      [between(outOf(3)), outside(3)],
      [],
      ["critical node-cut-off [node-3] [] out node"],
    ],
    [
      "node that is cut off both ways and reports",
      [between(across(3)), outside(3)],
      [],
      ["critical node-cut-off [node-3] [] both node"],
    ],
    [
      "pod network that fails inwards",
      [between(into(3), failing("connect_timeout"), ["echo"])],
      [],
      ["critical pod-network [node-3] [] in pod-network"],
    ],
    [
      "pod network that fails outwards",
      [
        between(outOf(3), failing("connect_timeout"), ["echo"]),
        fromNodes((from) => from === N(3), ["clusterip"]),
        fromNodes((from) => from === N(3), ["dns"], failing("dns_failure")),
      ],
      [],
      ["critical pod-network [node-3] [] out pod-network"],
    ],
    [
      "pod network that fails both ways, so that no report gets out",
      [between(across(3), failing("connect_timeout"), ["echo"])],
      [N(3)],
      ["critical pod-network [node-3] [] both pod-network"],
    ],
    [
      "route that fails both ways",
      [between(way(2, 4)), between(way(4, 2))],
      [],
      ["warning route [node-2] [node-4] both node"],
    ],
    [
      "route that fails one way",
      [between(way(4, 2))],
      [],
      ["warning route [node-4] [node-2] out node"],
    ],
    [
      "partition",
      [between(across(1, 2))],
      [],
      ["critical partition [node-1,node-2] [node-3,node-4,node-5] both node"],
    ],
    [
      "partition of the pod network alone, one way",
      [
        between(
          (from, to) => across(1, 2)(from, to) && (to === N(1) || to === N(2)),
          failing("connect_timeout"),
          ["echo"],
        ),
      ],
      [],
      ["critical partition [node-1,node-2] [node-3,node-4,node-5] in pod-network"],
    ],
    [
      "MTU black hole towards a node",
      [
        between(into(3), failing("large_request_timeout"), ["echo"]),
        between(outOf(3), failing("large_response_timeout"), ["echo"]),
      ],
      [],
      ["warning mtu [node-3] [] in pod-network"],
    ],
    [
      "MTU black hole both ways",
      [between(across(3), failing("large_request_timeout"), ["echo"])],
      [],
      ["warning mtu [node-3] [] both pod-network"],
    ],
    [
      "MTU black hole between two",
      [
        between(way(2, 4), failing("large_request_timeout"), ["echo"]),
        between(way(4, 2), failing("large_response_timeout"), ["echo"]),
      ],
      [],
      ["warning mtu [node-2] [node-4] out pod-network"],
    ],
    [
      "MTU black hole between groups",
      [between(across(1, 2), failing("large_request_timeout"), ["echo"])],
      [],
      ["warning mtu [node-1,node-2] [node-3,node-4,node-5] both pod-network"],
    ],
    [
      "kube-proxy that serves no NodePort",
      [between(atAll(3), failing("connect_timeout"), ["nodeport"])],
      [],
      ["warning node-port [node-3] [] in service"],
    ],
    [
      "pong that is dead",
      [between(atAll(3), failing("connection_refused"), ["echo", "nodeport"])],
      [],
      ["warning pong [node-3] [] null process"],
    ],
    [
      "pong that hangs",
      [between(atAll(3), failing("response_timeout"), ["echo", "nodeport"])],
      [],
      ["warning pong [node-3] [] null process"],
    ],
    [
      "firewall that rejects towards a node",
      [between(into(3), failing("connection_refused"))],
      [],
      ["warning firewall [node-3] [] in node"],
    ],
    [
      "firewall that rejects between groups",
      [between(across(1, 2), failing("host_unreachable"))],
      [],
      ["warning firewall [node-1,node-2] [node-3,node-4,node-5] both node"],
    ],
    [
      "wrong answerer",
      [between(into(3), failing("wrong_responder"), ["echo"])],
      [],
      ["warning wrong-answerer [node-3] [] null pod-network"],
    ],
    [
      "kube-proxy that serves no ClusterIP",
      [
        fromNodes((from) => from === N(3), ["clusterip"]),
        fromNodes((from) => from === N(3), ["dns"], failing("dns_failure")),
      ],
      [],
      ["critical cluster-ip [node-3] [] out service"],
    ],
    [
      "DNS that answers nobody",
      [fromNodes(() => true, ["dns"], failing("dns_failure"))],
      [],
      ["critical dns [] [] null dns"],
    ],
    [
      "DNS that refuses one node",
      [fromNodes((from) => from === N(3), ["dns"], failing("dns_failure", { detail: "EREFUSED" }))],
      [],
      ["warning dns [node-3] [] null dns"],
    ],
    [
      "DNS that lies",
      [fromNodes(() => true, ["dns"], failing("dns_mismatch", { detail: "10.9.9.9" }))],
      [],
      ["critical dns-answer [] [] null dns"],
    ],
    [
      "outside target that nobody reaches",
      [fromNodes(() => true, ["connect"])],
      [],
      ["warning external-target [] [] out external"],
    ],
    ["agent that is silent", [], [N(3)], ["warning agent-silent [node-3] [] null reporting"]],
    [
      "prober that ran out of ports",
      [between(outOf(3), failing("local_exhaustion"))],
      [],
      ["warning local-exhaustion [node-3] [] null process"],
    ],
  ])("names a %s", (_, faults, silent, planned) => {
    expect(inShort(5, faults, { silent })).toEqual(planned);
  });
});
