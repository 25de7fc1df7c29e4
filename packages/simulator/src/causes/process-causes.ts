import { expecting } from "../expectation.ts";
import type { Random } from "../random.ts";
import type { AgentState, PongState } from "../world.ts";
import type { SimulatedCause } from "./cause.ts";

function pong(
  variant: string,
  draw: (random: Random) => PongState,
  noticed: boolean,
): SimulatedCause {
  return {
    name: "pong",
    variant,
    breakIt(site) {
      const nodes = site.takeNodes();
      if (!nodes) return null;
      for (const node of nodes) {
        site.world.pongs[node] = draw(site.random);
        if (!noticed) continue;
        site.world.listed[node] = 0;
        site.shown.pods.set(site.cluster.nodes[node]!.pong, { ready: false });
      }
      return nodes.map((node) => expecting(site.form("pong", [node])));
    },
  };
}

/** Two machines claim one address: traffic for a pod ends at another node's. */
const hijacked: SimulatedCause = {
  name: "wrong-answerer",
  variant: "another pong answers",
  minNodes: 6,
  breakIt(site) {
    const pair = site.takePair();
    if (!pair) return null;
    const [node, by] = site.random.shuffled(pair);
    site.world.hijacked.set(node!, by!);
    return [expecting(site.form("wrong-answerer", [node!]))];
  },
};

const foreign: SimulatedCause = {
  name: "wrong-answerer",
  variant: "something that is not pong answers",
  breakIt(site) {
    const nodes = site.takeNodes(2);
    if (!nodes) return null;
    for (const node of nodes) site.world.pongs[node] = { is: "foreign" };
    return nodes.map((node) => expecting(site.form("wrong-answerer", [node])));
  },
};

export function agentMissing(variant: string, problem: string | null): SimulatedCause {
  return {
    name: "agent-missing",
    variant,
    breakIt(site) {
      const nodes = site.takeNodes();
      if (!nodes) return null;
      for (const node of nodes) {
        const { ping } = site.cluster.nodes[node]!;
        if (problem === null) site.shown.absentPods.add(ping);
        else site.shown.pods.set(ping, { ready: false, problem });
      }
      return nodes.map((node) => expecting(site.form("agent-missing", [node])));
    },
  };
}

const cutFromRedis: SimulatedCause = {
  name: "agent-silent",
  variant: "no way to Redis",
  breakIt(site) {
    const nodes = site.takeNodes(3, { spareRedis: true });
    if (!nodes) return null;
    for (const node of nodes) site.rule([node], "nodes", { does: "drop" }, { port: "redis" });
    return nodes.map((node) => expecting(site.form("agent-silent", [node])));
  },
};

function agent(
  name: "agent-silent" | "prober-starved" | "local-exhaustion",
  variant: string,
  draw: (random: Random) => AgentState,
): SimulatedCause {
  return {
    name,
    variant,
    breakIt(site) {
      const nodes = site.takeNodes();
      if (!nodes) return null;
      for (const node of nodes) site.world.agents[node] = draw(site.random);
      return nodes.map((node) => expecting(site.form(name, [node])));
    },
  };
}

export const PROCESS_CAUSES: readonly SimulatedCause[] = [
  pong("dead, still listed", () => ({ is: "dead" }), false),
  pong("dead, and Kubernetes knows", () => ({ is: "dead" }), true),
  pong("hung, still listed", () => ({ is: "hung", backlogFull: 0 }), false),
  pong("hung, its backlog full", (r) => ({ is: "hung", backlogFull: r.between(0.3, 1) }), false),
  pong("hung, and Kubernetes knows", () => ({ is: "hung", backlogFull: 0 }), true),
  pong(
    "overloaded",
    (r) => ({ is: "overloaded", late: r.between(0.6, 0.9), busy: r.between(0.3, 0.8) }),
    false,
  ),
  pong("answers with an error", () => ({ is: "failing", status: 500 }), false),
  hijacked,
  foreign,
  agentMissing("no ping pod", null),
  agentMissing("its ping crashes", "CrashLoopBackOff: exit code 1"),
  agentMissing("its ping has no image", "ImagePullBackOff: Back-off pulling image"),
  cutFromRedis,
  agent("agent-silent", "its process hangs", () => ({ is: "dead" })),
  agent("agent-silent", "it breaks off half-way", () => ({ is: "breaks-off" })),
  agent("prober-starved", "throttled", (r) => ({ is: "starved", slowdown: r.between(3, 30) })),
  agent("local-exhaustion", "no local ports", (r) => ({
    is: "exhausted",
    share: r.between(0.5, 1),
    code: "EADDRNOTAVAIL",
  })),
  agent("local-exhaustion", "no more open files", (r) => ({
    is: "exhausted",
    share: r.between(0.5, 1),
    code: "EMFILE",
  })),
];
