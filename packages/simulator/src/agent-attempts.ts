import type { Answerer, Reason } from "@netchecker/contract";
import { askForName, NO_SUCH_NAME, SERVER_FAILS } from "./ask-for-name.ts";
import { type Attempt, Conversation } from "./conversation.ts";
import { outsideOf } from "./cluster.ts";
import type { Plane, Port, Rule } from "./packet.ts";
import type { Random } from "./random.ts";
import type { Backend, PongState, ProxyState, World } from "./world.ts";

const SERVICE_CONNECTIONS = 3;

/** Why a ClusterIP or NodePort that its kube-proxy does not serve cannot be reached. */
const PROXY_REASONS: Readonly<Record<Exclude<ProxyState, "works">, Reason>> = {
  drops: "connect_timeout",
  refuses: "connection_refused",
  "no-route": "network_unreachable",
};

/** One agent's single attempts at each kind of target, each from its first packet. */
export class AgentAttempts {
  readonly #world: World;
  readonly #agent: number;
  readonly #rules: readonly Rule[];
  readonly #random: Random;
  readonly #backends: readonly Backend[];
  /** When in the round the probe is made, 0 to 1, backwards: what goes away is gone for those below its share. */
  #moment = 1;

  /** `rules` are those that concern the agent's node, `backends` what a kube-proxy that follows knows. */
  constructor(
    world: World,
    agent: number,
    random: Random,
    rules: readonly Rule[],
    backends: readonly Backend[],
  ) {
    this.#world = world;
    this.#agent = agent;
    this.#random = random;
    this.#rules = rules;
    this.#backends = world.staleBackends.get(agent) ?? backends;
  }

  /** Before the first attempt of a probe: what is gone by now stays gone for the others. */
  begin(): void {
    this.#moment = this.#random.next();
  }

  /** Check `echo`: a pong pod, small then large. A node that has several has a state for each. */
  echo(node: number, pod: string | null = null): Attempt {
    const { pongs, hijacked } = this.#world;
    // Who sits on the node itself reaches its pod without asking the network who has its address.
    const server = node === this.#agent ? node : (hijacked.get(node) ?? node);
    const talk = this.#talk(server, "pod", "pong");
    const state = (pod === null ? null : this.#world.podStates.get(pod)) ?? pongs[server]!;
    const failure = this.#toPong(talk, server, state);
    if (failure) return { reason: failure, latencyUs: 0 };
    if (state.is === "foreign") {
      const detail = "echo answer: not JSON";
      return { reason: "wrong_responder", latencyUs: talk.elapsedUs, detail };
    }
    if (state.is === "failing")
      return { reason: "bad_status", latencyUs: talk.elapsedUs, detail: `${state.status}` };
    if (server !== node)
      return {
        reason: "wrong_responder",
        latencyUs: talk.elapsedUs,
        answeredBy: this.#answered([server]),
      };
    if (state.is === "overloaded" && this.#random.chance(state.busy))
      return { reason: "bad_status", latencyUs: talk.elapsedUs, detail: "503" };
    return this.#ended(talk, talk.largeExchange());
  }

  /** Check `tcp`: the kubelet's port on the node's own address. */
  tcp(node: number): Attempt {
    const talk = this.#talk(node, "node", "kubelet");
    const listens = this.#world.kubelets[node] ? "yes" : "no";
    return this.#ended(talk, this.#toNode(node) ?? talk.connect(listens));
  }

  /** Check `nodeport`: the node's kube-proxy, which leads to the node's own pong. */
  nodePort(node: number): Attempt {
    const { nodePorts, listed, detached } = this.#world;
    const talk = this.#talk(node, "node", "pong");
    const gone = this.#toNode(node);
    if (gone) return { reason: gone, latencyUs: 0 };
    const proxy = nodePorts[node]!;
    if (proxy === "refuses") return this.#ended(talk, talk.connect("no"));
    // Without a ready pong of its own, a node drops what comes to the port: externalTrafficPolicy Local.
    if (proxy !== "works" || !listed[node] || detached[node])
      return this.#ended(talk, talk.connect("silent"));
    return this.#ended(talk, this.#fromPong(talk, node));
  }

  /**
   * Check `clusterip`: three connections, each to a backend that kube-proxy picks; all must be answered. After an
   * `earlier` attempt, those that were not.
   */
  clusterIp(earlier?: Attempt): Attempt {
    const proxy = this.#world.clusterIps[this.#agent]!;
    if (proxy !== "works") return { reason: PROXY_REASONS[proxy], latencyUs: 0 };
    // Without any backend kube-proxy rejects.
    if (this.#backends.length === 0) return { reason: "connection_refused", latencyUs: 0 };
    const answered = this.#nodesOf(earlier?.answeredBy ?? []);
    const left = SERVICE_CONNECTIONS - answered.length;
    let failure: Attempt | undefined;
    let slowestUs = 0;
    for (let connection = 0; connection < left; connection += 1) {
      const { node } = this.#random.pick(this.#backends);
      const attempt = node === null ? this.#nobody() : this.#backend(node);
      if (attempt.reason === "ok") answered.push(node!);
      else failure ??= attempt;
      slowestUs = Math.max(slowestUs, attempt.latencyUs);
    }
    const answeredBy = this.#answered(answered);
    if (failure) return { ...failure, ...(answeredBy.length > 0 && { answeredBy }) };
    return { reason: "ok", latencyUs: slowestUs, answeredBy };
  }

  /** Check `dns`: the service's name. */
  dns(): Attempt {
    const asked = this.#ask();
    if (asked.reason === "ok" || asked.reason === "dns_mismatch") return asked;
    return { ...asked, latencyUs: 0 };
  }

  /** Checks `connect` and `http`: something outside the cluster, looked up first where it has a name. */
  external(index: number): Attempt {
    const { cluster, externals } = this.#world;
    const target = cluster.externals[index]!;
    const state = externals[index]!;
    let lookUpUs = 0;
    if (!/^\d/.test(target)) {
      const asked = this.#ask();
      // A server that lies about the cluster's names, or has lost them, still passes others on.
      if (asked.reason === "dns_failure" && asked.detail !== "ENOTFOUND") return asked;
      if (state === "no-name") return NO_SUCH_NAME;
      if (state === "no-upstream") return SERVER_FAILS;
      lookUpUs = asked.latencyUs;
    }
    if (this.#isCut()) return { reason: "connect_timeout", latencyUs: 0 };
    const outside = outsideOf(cluster);
    const tripUs = cluster.externalRttUs[index]!;
    const talk = this.#talk(outside, "node", "outside", tripUs);
    const listens = { silent: "silent", refuses: "no" } as const;
    const failure = talk.connect(listens[state as "silent"] ?? "yes");
    if (failure || !target.includes("://")) return this.#ended(talk, failure, lookUpUs);
    const unanswered = talk.request() ?? talk.response();
    if (!unanswered && state === "status")
      return { reason: "bad_status", latencyUs: talk.elapsedUs + lookUpUs, detail: "502" };
    return this.#ended(talk, unanswered, lookUpUs);
  }

  #ask(): Attempt {
    return askForName(this.#world, this.#agent, this.#rules, this.#random);
  }

  #backend(node: number): Attempt {
    const talk = this.#talk(node, "pod", "pong");
    return this.#ended(talk, this.#toPong(talk, node));
  }

  /** An address that no pod has any more. */
  #nobody(): Attempt {
    return {
      reason: this.#random.chance(0.5) ? "host_unreachable" : "connect_timeout",
      latencyUs: 0,
    };
  }

  /** Over the pod network up to the small answer. */
  #toPong(talk: Conversation, node: number, state?: PongState): Reason | null {
    if (this.#isCut() || this.#world.detached[node]) return "connect_timeout";
    return this.#toNode(node) ?? this.#fromPong(talk, node, state);
  }

  #fromPong(talk: Conversation, node: number, state = this.#world.pongs[node]!): Reason | null {
    if (state.is === "dead") return talk.connect("no")!;
    if (state.is === "absent") return talk.connect("silent")!;
    if (state.is === "leaving" && this.#moment < state.gone)
      return this.#random.chance(0.5) ? "connection_refused" : "connect_timeout";
    const full = state.is === "hung" && this.#random.chance(state.backlogFull);
    const failure = talk.connect(full ? "silent" : "yes") ?? talk.request();
    if (failure) return failure;
    if (state.is === "hung") return "response_timeout";
    if (state.is === "overloaded" && this.#random.chance(state.late)) return "response_timeout";
    return talk.response();
  }

  /** Why nothing at all of a node answers; null where it is there. */
  #toNode(node: number): Reason | null {
    const { down, leaving, arpTells } = this.#world;
    if (this.#isCut()) return "connect_timeout";
    if (!down[node] && this.#moment >= leaving[node]!) return null;
    const told = arpTells[node] && this.#sharesSubnet(node);
    return told ? "host_unreachable" : "connect_timeout";
  }

  #isCut(): boolean {
    return this.#world.detached[this.#agent] === 1;
  }

  #sharesSubnet(node: number): boolean {
    const { nodes } = this.#world.cluster;
    return nodes[node]!.zone === nodes[this.#agent]!.zone;
  }

  #talk(server: number, plane: Plane, port: Port, tripUs?: number): Conversation {
    const path = { client: this.#agent, server, plane, port };
    return new Conversation(this.#world, this.#rules, this.#random, {
      ...path,
      ...(tripUs !== undefined && { tripUs }),
    });
  }

  #ended(talk: Conversation, failure: Reason | null, addedUs = 0): Attempt {
    return failure
      ? { reason: failure, latencyUs: 0 }
      : { reason: "ok", latencyUs: talk.elapsedUs + addedUs };
  }

  /** A node for each connection that its pong answered. */
  #nodesOf(answeredBy: readonly Answerer[]): number[] {
    const { nodes } = this.#world.cluster;
    return answeredBy.flatMap(({ node, connections }) =>
      Array.from({ length: connections }, () => nodes.findIndex(({ name }) => name === node)),
    );
  }

  #answered(nodes: readonly number[]): Answerer[] {
    const { cluster } = this.#world;
    return [...Map.groupBy(nodes, (node) => node)].map(([node, same]) => ({
      pod: cluster.nodes[node]!.pong,
      node: cluster.nodes[node]!.name,
      connections: same.length,
    }));
  }
}
