import { type Check, OK_CODE, type Reason, reasonCode } from "@netchecker/contract";
import { AgentAttempts } from "./agent-attempts.ts";
import { roundTripUs } from "./cluster.ts";
import type { Attempt } from "./conversation.ts";
import { asReportedUs, LATENCY_FACTORS } from "./latency.ts";
import { between, type Rule } from "./packet.ts";
import type { Random } from "./random.ts";
import { type Backend, BURST_GOES_ON, type World } from "./world.ts";

/** What an agent is told to probe, as the simulator sees it. */
export interface SimulatedTarget {
  readonly check: Check;
  /** The node probed; -1 where it is none. */
  readonly node: number;
  /** The pong pod probed, where one is. */
  readonly pod: string | null;
  /** Which external target; -1 where it is none. */
  readonly external: number;
}

/** Takes the outcomes of one agent's row. */
export interface RowSink {
  put(target: number, code: number, attempts: number, latencyUs: number): void;
  /** More of the outcome that was just put: who answered, a detail. */
  tell(target: number, attempt: Attempt): void;
}

const ATTEMPTS = 3;
/** Round trips that a probe takes, connect to last byte. */
const TRIPS: Readonly<Record<string, number>> = { echo: 3.5, tcp: 1, nodeport: 2 };
const SPURIOUS_WHEN_STARVED = 0.01;

/** What a burst of loss does to an attempt: mostly it begins before the handshake. */
const BURST_REASONS: readonly (readonly [number, Reason])[] = [
  [0.9, "connect_timeout"],
  [0.96, "response_timeout"],
  [0.98, "large_request_timeout"],
  [1, "large_response_timeout"],
];

/** One agent of a world, probing. */
export class ProbingAgent {
  readonly #world: World;
  readonly #agent: number;
  readonly #random: Random;
  readonly #attempts: AgentAttempts;
  readonly #rules: readonly Rule[];
  readonly #odd: Uint8Array;
  readonly #quiet: boolean;
  readonly #tripsUs: Float64Array;

  /** `odd` marks nodes that do not answer as a healthy one does. */
  constructor(
    world: World,
    agent: number,
    random: Random,
    shared: { readonly backends: readonly Backend[]; readonly odd: Uint8Array },
  ) {
    this.#world = world;
    this.#agent = agent;
    this.#random = random;
    this.#rules = world.rules.filter(({ from, to }) => from[agent] || to[agent]);
    this.#attempts = new AgentAttempts(world, agent, random, this.#rules, shared.backends);
    this.#odd = shared.odd;
    this.#quiet = world.agents[agent]!.is === "alive" && !world.detached[agent];
    this.#tripsUs = Float64Array.from(world.cluster.nodes, ({ index }) =>
      roundTripUs(world.cluster, agent, index),
    );
  }

  /** Probes all targets of a list into a sink. */
  probe(targets: readonly SimulatedTarget[], sink: RowSink): void {
    const burstLimit = this.#world.burstShare * 2 ** 32;
    for (let index = 0; index < targets.length; index += 1) {
      const target = targets[index]!;
      const chance = this.#random.uint32();
      if (chance >= burstLimit && this.#isPlain(target)) {
        const us = this.#tripsUs[target.node]! * (TRIPS[target.check] ?? 1);
        sink.put(index, OK_CODE, 1, asReportedUs(us * LATENCY_FACTORS[chance & 4_095]!));
      } else this.#probeOne(index, target, chance < burstLimit, sink);
    }
  }

  /** Nothing is in the way, and nothing wrong at either end. */
  #isPlain({ node }: SimulatedTarget): boolean {
    if (node === -1 || !this.#quiet || this.#odd[node]) return false;
    for (const rule of this.#rules) if (between(rule, this.#agent, node)) return false;
    return true;
  }

  #probeOne(index: number, target: SimulatedTarget, inBurst: boolean, sink: RowSink): void {
    this.#attempts.begin();
    let lost = inBurst ? 1 : 0;
    while (lost > 0 && lost < ATTEMPTS && this.#random.chance(BURST_GOES_ON)) lost += 1;
    if (lost === ATTEMPTS) {
      this.#put(index, this.#lostAttempt(target), ATTEMPTS, sink);
      return;
    }
    const state = this.#world.agents[this.#agent]!;
    if (state.is === "exhausted" && this.#random.chance(state.share)) {
      const exhausted: Attempt = { reason: "local_exhaustion", latencyUs: 0, detail: state.code };
      this.#put(index, exhausted, ATTEMPTS, sink);
      return;
    }
    let attempt = this.#attempt(target);
    let attempts = lost + 1;
    for (; attempt.reason !== "ok" && attempts < ATTEMPTS; attempts += 1)
      attempt = this.#attempt(target, attempt);
    this.#put(index, attempt, attempts, sink);
  }

  #attempt(target: SimulatedTarget, earlier?: Attempt): Attempt {
    const attempt = this.#attemptAt(target, earlier);
    const state = this.#world.agents[this.#agent]!;
    if (state.is !== "starved") return attempt;
    if (this.#random.chance(SPURIOUS_WHEN_STARVED))
      return { reason: "connect_timeout", latencyUs: 0 };
    const slowdown = state.slowdown * this.#random.between(0.3, 2);
    return { ...attempt, latencyUs: attempt.latencyUs * slowdown };
  }

  #attemptAt({ check, node, pod, external }: SimulatedTarget, earlier?: Attempt): Attempt {
    if (check === "echo") return this.#attempts.echo(node, pod);
    if (check === "tcp") return this.#attempts.tcp(node);
    if (check === "nodeport") return this.#attempts.nodePort(node);
    if (check === "clusterip") return this.#attempts.clusterIp(earlier);
    if (check === "dns") return this.#attempts.dns();
    if (node === -1) return this.#attempts.external(external);
    // A check that the simulator does not know goes the way of the check it knows between the same two.
    return pod === null ? this.#attempts.tcp(node) : this.#attempts.echo(node, pod);
  }

  /** An attempt within a burst of loss, which comes as far as it would have come without at most. */
  #lostAttempt(target: SimulatedTarget): Attempt {
    const { check } = target;
    if (check === "dns") return { reason: "dns_failure", latencyUs: 0, detail: "ETIMEOUT" };
    const chance = check === "tcp" ? 0 : this.#random.next() * (check === "echo" ? 1 : 0.96);
    const reason = BURST_REASONS.find(([upTo]) => chance < upTo)![1];
    if (reason === "connect_timeout") return { reason, latencyUs: 0 };
    const otherwise = this.#attemptAt(target);
    return otherwise.reason === "ok" ? { reason, latencyUs: 0 } : otherwise;
  }

  #put(index: number, attempt: Attempt, attempts: number, sink: RowSink): void {
    const us = attempt.latencyUs > 0 ? asReportedUs(attempt.latencyUs) : 0;
    sink.put(index, reasonCode(attempt.reason), attempts, us);
    if (attempt.detail !== undefined || attempt.answeredBy) sink.tell(index, attempt);
  }
}

/** Nodes that do not answer as a healthy one does, by node. */
export function oddNodes(world: World): Uint8Array {
  const { pongs, nodePorts, down, detached, leaving, listed, hijacked, kubelets, podStates } =
    world;
  const oddPods = new Set(
    podStates.values().flatMap(({ node, is }) => (is === "alive" ? [] : [node])),
  );
  return Uint8Array.from(world.cluster.nodes, ({ index }) =>
    pongs[index]!.is !== "alive" ||
    oddPods.has(index) ||
    !kubelets[index] ||
    nodePorts[index] !== "works" ||
    down[index] ||
    detached[index] ||
    leaving[index]! > 0 ||
    !listed[index] ||
    hijacked.has(index)
      ? 1
      : 0,
  );
}
