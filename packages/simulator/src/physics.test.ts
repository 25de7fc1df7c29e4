import { type Check, OK_CODE, type Reason, reasonOf, type TargetType } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { drawCluster } from "./cluster.ts";
import { Random } from "./random.ts";
import { simulateRound } from "./simulate-round.ts";
import { Site } from "./site.ts";
import type { World } from "./world.ts";

/** A site where Redis, netchecker and DNS are on the last nodes, out of the way. */
function aSite(size = 8): Site {
  const cluster = {
    ...drawCluster(new Random(1), size),
    redisNode: size - 1,
    netcheckerNode: size - 1,
    dnsNodes: [size - 2, size - 1],
    externals: ["203.0.113.7:443", "registry.example:443"],
  };
  return new Site(cluster, new Random(2));
}

function aRound({ world, shown }: Pick<Site, "world" | "shown">, seed = 3) {
  const { round } = simulateRound(
    world,
    { opening: shown, closing: shown },
    { id: 1, random: new Random(seed) },
  );
  /** What one node's agent found in a check, at its `index`th target. */
  const at = (type: TargetType, check: Check | null, from: number, index: number): Reason => {
    const matrix = round.matrices[type];
    const targets = [...round.plan.targets[type].entries()].filter(
      ([, target]) => check === null || target.check === check,
    );
    return reasonOf(matrix.reasons[matrix.cell(from, targets[index]![0])]!);
  };
  const missing = new Map(round.head.missing.map(({ node, why }) => [node, why]));
  return {
    round,
    echo: (from: number, to: number) => at("pod", "echo", from, to),
    tcp: (from: number, to: number) => at("node", "tcp", from, to),
    nodePort: (from: number, to: number) => at("node", "nodeport", from, to),
    clusterIp: (from: number) => at("service", "clusterip", from, 0),
    dns: (from: number) => at("service", "dns", from, 0),
    external: (from: number, index: number) => at("external", null, from, index),
    missing: (node: number) => missing.get(world.cluster.nodes[node]!.name),
  };
}

const DROP = { does: "drop" } as const;

function failures({ matrices }: ReturnType<typeof aRound>["round"]): number {
  return Object.values(matrices)
    .flatMap(({ reasons }) => [...reasons])
    .filter((code) => code !== OK_CODE).length;
}

describe("a clean cluster", () => {
  it("is all ok at the first attempt", () => {
    const { round } = aRound(aSite(30));
    expect(failures(round)).toBe(0);
    expect(new Set(round.matrices.pod.attempts)).toEqual(new Set([1]));
    expect(round.head.missing).toEqual([]);
  });

  it("loses the share of probes to chance that it is told to", () => {
    const site = aSite(100);
    site.world.burstShare = 0.005 / 0.16;
    const { round } = aRound(site);
    const { reasons, attempts } = round.matrices.node;
    const share = (of: (cell: number) => boolean) =>
      [...reasons.keys()].filter(of).length / reasons.length;
    expect(share((cell) => reasons[cell] !== OK_CODE)).toBeCloseTo(0.005, 2);
    expect(share((cell) => reasons[cell] === OK_CODE && attempts[cell]! > 1)).toBeGreaterThan(0.02);
  });

  it("never gets further by chance than the path would let it", () => {
    const site = aSite(40);
    site.world.burstShare = 1;
    site.rule("everywhere", [0], DROP);
    const round = aRound(site);
    const reasons = new Set(site.cluster.nodes.slice(1).map(({ index }) => round.echo(index, 0)));
    expect(reasons).toEqual(new Set(["connect_timeout"]));
  });

  it("answers faster on the node itself than from another one", () => {
    const { plan, matrices } = aRound(aSite()).round;
    const [own, other] = plan.targets.pod.flatMap(({ check }, index) =>
      check === "echo" ? [matrices.pod.latencyUs[index]!] : [],
    );
    expect(own).toBeLessThan(other!);
  });

  it("gives the same round for the same seed, and another for another", () => {
    const latencies = (seed: number) => aRound(aSite(), seed).round.matrices.pod.latencyUs;
    expect(latencies(3)).toEqual(latencies(3));
    expect(latencies(3)).not.toEqual(latencies(4));
  });
});

describe("packets that are lost one way", () => {
  it("break new connections both ways, silence the agent, and leave the node to itself", () => {
    const site = aSite();
    site.rule([0], "everywhere", DROP);
    const round = aRound(site);
    expect(round.echo(1, 0)).toBe("connect_timeout");
    expect(round.tcp(1, 0)).toBe("connect_timeout");
    expect(round.missing(0)).toBe("unreachable");
    expect(round.echo(1, 2)).toBe("ok");
  });

  it("between two pods' nodes fail both directions of that pair and no other", () => {
    const site = aSite();
    site.rule([0], [1], DROP);
    const round = aRound(site);
    expect([round.echo(0, 1), round.echo(1, 0)]).toEqual(["connect_timeout", "connect_timeout"]);
    expect([round.echo(0, 2), round.echo(2, 1)]).toEqual(["ok", "ok"]);
  });
});

describe("a stateful filter", () => {
  it("fails one direction only, and the agent still reports", () => {
    const site = aSite();
    site.rule("everywhere", [0], DROP, { only: "opens" });
    const round = aRound(site);
    expect(round.echo(1, 0)).toBe("connect_timeout");
    expect(round.nodePort(1, 0)).toBe("connect_timeout");
    expect(round.echo(0, 1)).toBe("ok");
    expect(round.echo(0, 0)).toBe("ok");
    expect(round.missing(0)).toBeUndefined();
  });

  it("that rejects answers at once, with its own reason", () => {
    const site = aSite();
    site.rule([0], "everywhere", { does: "reject", as: "unreachable" }, { only: "opens" });
    const round = aRound(site);
    expect(round.echo(0, 1)).toBe("host_unreachable");
    expect(round.external(0, 0)).toBe("host_unreachable");
    expect(round.echo(1, 0)).toBe("ok");
  });

  it("whose rejection goes to the server leaves the client in silence", () => {
    const site = aSite();
    site.rule([0], [1], { does: "reject", as: "refused" });
    expect(aRound(site).echo(1, 0)).toBe("connect_timeout");
  });
});

describe("the pod network of a node", () => {
  it("does not carry what goes to the node itself", () => {
    const site = aSite();
    site.rule("nodes", [0], DROP, { plane: "pod" });
    site.rule([0], "nodes", DROP, { plane: "pod" });
    const round = aRound(site);
    expect(round.echo(1, 0)).toBe("connect_timeout");
    expect([round.tcp(1, 0), round.nodePort(1, 0)]).toEqual(["ok", "ok"]);
  });

  it("that is dead on the node itself takes the NodePort along, not the kubelet", () => {
    const site = aSite();
    site.world.detached[0] = 1;
    const round = aRound(site);
    expect([round.tcp(1, 0), round.nodePort(1, 0)]).toEqual(["ok", "connect_timeout"]);
    expect(round.missing(0)).toBe("unreachable");
  });
});

describe("a path that loses large packets", () => {
  it("tells by its reason which way they are lost", () => {
    const site = aSite();
    site.rule([0], [1], DROP, { plane: "pod", only: "large" });
    const round = aRound(site);
    expect(round.echo(0, 1)).toBe("large_request_timeout");
    expect(round.echo(1, 0)).toBe("large_response_timeout");
    expect(round.nodePort(0, 1)).toBe("ok");
  });

  it("keeps long lists from an agent, and short ones not", () => {
    for (const [size, why] of [
      [6, undefined],
      [60, "silent"],
    ] as const) {
      const site = aSite(size);
      site.rule("nodes", [0], DROP, { plane: "pod", only: "large" });
      expect(aRound(site).missing(0)).toBe(why);
    }
  });
});

describe("kube-proxy", () => {
  it("that serves no ClusterIP fails the service and names, and nothing else", () => {
    const site = aSite();
    site.world.clusterIps[0] = "drops";
    const round = aRound(site);
    expect([round.clusterIp(0), round.dns(0)]).toEqual(["connect_timeout", "dns_failure"]);
    expect([round.external(0, 0), round.external(0, 1)]).toEqual(["ok", "dns_failure"]);
    expect([round.echo(0, 1), round.nodePort(1, 0), round.clusterIp(1)]).toEqual([
      "ok",
      "ok",
      "ok",
    ]);
  });

  it("drops what comes to the NodePort of a node without a pong of its own", () => {
    const site = aSite();
    site.world.listed[0] = 0;
    const round = aRound(site);
    expect([round.nodePort(1, 0), round.nodePort(0, 0)]).toEqual([
      "connect_timeout",
      "connect_timeout",
    ]);
    expect(round.tcp(1, 0)).toBe("ok");
  });

  it("leads to another backend at the next attempt, which makes only those connections again that failed", () => {
    const site = aSite(20);
    site.world.pongs[0] = { is: "dead" };
    const { round } = aRound(site);
    const { service } = round.matrices;
    const again = [...service.reasons.keys()].filter(
      (cell) => cell % service.targets === 0 && service.attempts[cell]! > 1,
    );
    expect(again.length).toBeGreaterThan(0);
    for (const cell of again) {
      const connections = service.answeredBy.get(cell)!.map((each) => each.connections);
      expect(connections.reduce((sum, each) => sum + each, 0)).toBe(3);
    }
  });

  it("refuses a service without backends", () => {
    const site = aSite();
    site.world.listed.fill(0);
    expect(aRound(site).clusterIp(0)).toBe("connection_refused");
  });
});

describe("a pong process", () => {
  it("that is dead refuses everybody, its own node too", () => {
    const site = aSite();
    site.world.pongs[0] = { is: "dead" };
    const round = aRound(site);
    expect([round.echo(1, 0), round.echo(0, 0), round.nodePort(1, 0)]).toEqual(
      Array(3).fill("connection_refused"),
    );
    expect(round.tcp(1, 0)).toBe("ok");
  });

  it("whose address another one has is told by who answers", () => {
    const site = aSite();
    site.world.hijacked.set(0, 1);
    const round = aRound(site);
    expect([round.echo(2, 0), round.echo(0, 0)]).toEqual(["wrong_responder", "ok"]);
    const { matrices } = round.round;
    expect(matrices.pod.answeredBy.get(matrices.pod.cell(2, 0))?.[0]?.node).toBe(
      site.cluster.nodes[1]!.name,
    );
  });
});

describe("a pong that goes away while the round is open", () => {
  it("is gone for good for whoever comes after that", () => {
    const site = aSite(60);
    site.world.pongs[0] = { is: "leaving", gone: 0.5 };
    const { matrices } = aRound(site).round;
    const { reasons, attempts, targets } = matrices.pod;
    const cells = site.cluster.nodes.map(({ index }) => index * targets);
    const ok = cells.filter((cell) => reasons[cell] === OK_CODE);
    expect(ok.length).toBeGreaterThan(10);
    expect(ok.length).toBeLessThan(50);
    expect(ok.every((cell) => attempts[cell] === 1)).toBe(true);
  });
});

describe("a node that is down", () => {
  it("is silence to all, or told by its neighbours' kernel", () => {
    const site = aSite();
    site.world.down[0] = 1;
    site.world.arpTells[0] = 1;
    const round = aRound(site);
    const { nodes } = site.cluster;
    for (const { index, zone } of nodes.slice(1))
      expect(round.tcp(index, 0)).toBe(
        zone === nodes[0]!.zone ? "host_unreachable" : "connect_timeout",
      );
    expect(round.missing(0)).toBe("unreachable");
  });
});

describe("a path that loses some packets", () => {
  it("shows in attempts of both directions, and leaves others alone", () => {
    const site = aSite(40);
    site.rule("everywhere", [0], { does: "lose", share: 0.2 });
    const { attempts, targets } = aRound(site).round.matrices.pod;
    const retried = (cells: number[]) => cells.filter((cell) => attempts[cell]! > 1).length;
    const others = Array.from({ length: 39 }, (_, index) => index + 1);
    expect(retried(others.map((to) => to))).toBeGreaterThan(3);
    expect(retried(others.map((from) => from * targets))).toBeGreaterThan(3);
    expect(retried(others.map((from) => from * targets + 5))).toBe(0);
  });
});

describe("outcomes written into the columns", () => {
  it("are those that real reports would bring", () => {
    const faults: ((site: Site) => void)[] = [
      ({ world }: { world: World }) => {
        world.burstShare = 0.1;
      },
      (site) => site.rule([0], "everywhere", { does: "lose", share: 0.3 }),
      (site) => site.rule([1], "everywhere", DROP, { only: "opens" }),
      ({ world }) => world.hijacked.set(2, 3),
      ({ world }) => {
        world.agents[4] = { is: "exhausted", share: 0.5, code: "EMFILE" };
        world.agents[5] = { is: "starved", slowdown: 9 };
      },
      ({ shown, cluster }) => shown.absentPods.add(cluster.nodes[6]!.pong),
    ];
    const site = aSite(12);
    for (const apply of faults) apply(site);
    const views = { opening: site.shown, closing: site.shown };
    const [direct, wire] = [false, true].map(
      (through) =>
        simulateRound(site.world, views, { id: 5, random: new Random(6), wire: through }).round,
    );
    expect(direct).toEqual(wire);
    expect(failures(direct!)).toBeGreaterThan(20);
  });
});
