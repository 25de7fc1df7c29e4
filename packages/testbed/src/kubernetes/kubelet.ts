import { get } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "../sockets/listen.ts";

/** How a kubelet probes readiness. The first answer is looked for more often, so that a start is short. */
export interface ProbeTimings {
  readonly periodMs: number;
  readonly startPeriodMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
}

const TIMINGS: ProbeTimings = {
  periodMs: 1_000,
  startPeriodMs: 100,
  timeoutMs: 1_000,
  failureThreshold: 2,
};

/** A pod as far as its kubelet goes. */
export interface ProbedPod {
  readonly ip: string;
  /** False once it is deleted. */
  readonly exists: boolean;
  readonly running: boolean;
  readonly ready: boolean;
  setReady(ready: boolean): void;
  /** Its object is gone from the API server: its process has to go too. */
  end?(): void;
}

export const KUBELET_PORT = 10_250;
const HEALTH_PATH = "/healthz";
/** Where each pod listens. */
export const POD_PORT = 8080;
export const HEALTH_PORT = 8081;

/**
 * What matters here of a node's kubelet: its port answers, it probes its pods' `/healthz`, and it writes to the
 * API server when they become ready or stop being so. It starts no process again: what is broken stays broken.
 */
export class Kubelet {
  readonly #timings: ProbeTimings;
  readonly #stop = new AbortController();
  readonly #sockets = new Set<Socket>();
  #servers: Server[] = [];

  constructor(timings: ProbeTimings = TIMINGS) {
    this.#timings = timings;
  }

  /** Listens on the node's addresses. Rejects with a TestbedError when one is taken. */
  async start(hosts: readonly string[], port = KUBELET_PORT): Promise<void> {
    for (const host of hosts) await this.#listen(host, port);
  }

  /** Probes the pod until it or the kubelet is gone. */
  watch(pod: ProbedPod): void {
    void this.#probeOnAndOn(pod).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) throw error;
    });
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const closed = this.#servers
      .splice(0)
      .map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #listen(host: string, port: number): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      // No TLS here: who connects is heard out, and never answered.
      socket.on("error", () => socket.destroy());
      socket.resume();
    });
    await listen(server, host, port);
    this.#servers.push(server);
  }

  async #probeOnAndOn(pod: ProbedPod): Promise<void> {
    const { signal } = this.#stop;
    const { periodMs, startPeriodMs, failureThreshold } = this.#timings;
    let failures = 0;
    while (pod.exists) {
      const healthy = pod.running && (await this.#probe(pod.ip));
      failures = healthy ? 0 : failures + 1;
      // Its process may have ended meanwhile, which was written already.
      const ready = healthy && pod.running;
      if (ready !== pod.ready && (ready || failures >= failureThreshold)) pod.setReady(ready);
      await sleep(pod.running && !pod.ready ? startPeriodMs : periodMs, null, { signal });
    }
    pod.end?.();
  }

  #probe(host: string): Promise<boolean> {
    const signal = AbortSignal.any([
      this.#stop.signal,
      AbortSignal.timeout(this.#timings.timeoutMs),
    ]);
    return new Promise((resolve) => {
      const target = { host, port: HEALTH_PORT, path: HEALTH_PATH, agent: false, signal };
      const request = get(target, (response) => {
        response.resume();
        resolve(response.statusCode! >= 200 && response.statusCode! < 400);
      });
      request.on("error", () => resolve(false));
    });
  }
}
