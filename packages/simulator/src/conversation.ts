import type { Answerer, Reason } from "@netchecker/contract";
import { roundTripUs } from "./cluster.ts";
import { latencyFactor } from "./latency.ts";
import { concerns, type Packet, type Plane, type Port, type Refusal, type Rule } from "./packet.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** What one attempt found. */
export interface Attempt {
  readonly reason: Reason;
  /** 0 where nothing was measured. */
  readonly latencyUs: number;
  readonly detail?: string;
  readonly answeredBy?: Answerer[];
}

/** ping gives an attempt one second for all of it. */
const TIMEOUT_US = 1_000_000;
/** TCP's first retransmission of data; that of a SYN, after 1 s, comes too late for ping. */
const RETRANSMIT_US = 200_000;
/** 8 KiB in segments. */
const LARGE_PACKETS = 6;

type Fate = "arrives" | "dropped" | "lost" | Refusal;

const REFUSALS: Readonly<Record<Refusal, Reason>> = {
  refused: "connection_refused",
  unreachable: "host_unreachable",
  "no-route": "network_unreachable",
  reset: "connection_reset",
};

/** One client's talk with one server, packet by packet. A step gives null, or why the attempt ends here. */
export class Conversation {
  readonly #rules: readonly Rule[];
  readonly #random: Random;
  readonly #client: number;
  readonly #server: number;
  readonly #plane: Plane;
  readonly #port: Port;
  readonly #tripUs: number;
  elapsedUs = 0;

  constructor(
    world: World,
    rules: readonly Rule[],
    random: Random,
    path: {
      readonly client: number;
      readonly server: number;
      readonly plane: Plane;
      readonly port: Port;
      readonly tripUs?: number;
    },
  ) {
    this.#rules = rules;
    this.#random = random;
    this.#client = path.client;
    this.#server = path.server;
    this.#plane = path.plane;
    this.#port = path.port;
    this.#tripUs = path.tripUs ?? roundTripUs(world.cluster, path.client, path.server);
  }

  /** The handshake, with whatever listens there; without `listens` the kernel refuses. */
  connect(listens: "yes" | "no" | "silent" = "yes"): Reason | null {
    const syn = this.#send({ opens: true, asks: false, large: false }, true);
    if (syn === "dropped" || syn === "lost") return "connect_timeout";
    if (syn !== "arrives") return REFUSALS[syn === "reset" ? "refused" : syn];
    if (listens === "silent") return "connect_timeout";
    const answer = this.#send({ opens: false, asks: false, large: false }, false);
    // Who rejects the server's answer tells the server, not the client.
    if (answer !== "arrives") return "connect_timeout";
    if (listens === "no") return "connection_refused";
    return this.#pass(1) ? null : "connect_timeout";
  }

  /** Small data to the server. */
  request(): Reason | null {
    return this.#deliver(true, false, "response_timeout");
  }

  /** The server's small answer. */
  response(): Reason | null {
    return this.#deliver(false, false, "response_timeout") ?? this.#turn("response_timeout");
  }

  /** 8 KiB to the server and its small answer head back, then 8 KiB back. */
  largeExchange(): Reason | null {
    return (
      this.#deliver(true, true, "large_request_timeout") ??
      this.#deliver(false, false, "large_request_timeout") ??
      this.#turn("large_request_timeout") ??
      this.#deliver(false, true, "large_response_timeout") ??
      this.#turn("large_response_timeout", 0.5)
    );
  }

  /** One question and one answer over UDP, without retransmission. */
  ask(): "answered" | "silence" | "refused" {
    const question = this.#send({ opens: true, asks: true, large: false }, true);
    if (question === "dropped" || question === "lost") return "silence";
    if (question !== "arrives") return "refused";
    const answer = this.#send({ opens: false, asks: false, large: false }, false);
    return answer === "arrives" && this.#pass(1) ? "answered" : "silence";
  }

  /** Whether data of an old connection passes both ways; chance losses are sent again until they do. */
  livesOn(): boolean {
    return [true, false].every((toServer) => {
      const fate = this.#send({ opens: false, asks: toServer, large: false }, toServer);
      return fate === "arrives" || fate === "lost";
    });
  }

  /** Whether large data of an old connection passes one way. */
  passesLarge(toServer: boolean): boolean {
    const fate = this.#send({ opens: false, asks: toServer, large: true }, toServer);
    return fate === "arrives" || fate === "lost";
  }

  #deliver(toServer: boolean, large: boolean, silence: Reason): Reason | null {
    let left = large ? LARGE_PACKETS : 1;
    for (let waitUs = RETRANSMIT_US; ; waitUs *= 2) {
      let lost = 0;
      for (let packet = 0; packet < left; packet += 1) {
        const fate = this.#send({ opens: false, asks: toServer, large }, toServer);
        if (fate === "dropped") return silence;
        if (fate === "lost") lost += 1;
        else if (fate !== "arrives") return toServer ? "connection_reset" : silence;
      }
      if (lost === 0) return null;
      left = lost;
      this.elapsedUs += waitUs;
      if (this.elapsedUs >= TIMEOUT_US) return silence;
    }
  }

  #turn(silence: Reason, trips = 1): Reason | null {
    return this.#pass(trips) ? null : silence;
  }

  /** Takes a round trip's time; false when the attempt's second is over. */
  #pass(trips: number): boolean {
    this.elapsedUs += trips * this.#tripUs * latencyFactor(this.#random.uint32());
    return this.elapsedUs < TIMEOUT_US;
  }

  #send(kind: Pick<Packet, "opens" | "asks" | "large">, toServer: boolean): Fate {
    if (this.#rules.length === 0) return "arrives";
    const packet: Packet = {
      ...kind,
      from: toServer ? this.#client : this.#server,
      to: toServer ? this.#server : this.#client,
      plane: this.#plane,
      port: this.#port,
    };
    for (const rule of this.#rules) {
      if (!concerns(rule, packet)) continue;
      const { effect } = rule;
      if (effect.does === "drop") return "dropped";
      if (effect.does === "reject") return effect.as;
      if (effect.does === "delay")
        // Segments of one message travel together.
        this.elapsedUs += packet.large ? effect.us / LARGE_PACKETS : effect.us;
      else if (this.#random.chance(effect.share)) return "lost";
    }
    return "arrives";
  }
}
