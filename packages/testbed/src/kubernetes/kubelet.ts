import { get } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "../sockets/listen.ts";

/** How a kubelet probes readiness. The first answer is looked for more often, so that a start is short. */
const PERIOD_MS = 1_000;
const START_PERIOD_MS = 100;
const TIMEOUT_MS = 1_000;
const FAILURE_THRESHOLD = 2;

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
  readonly #hosts: readonly string[];
  readonly #heartbeatMs: number;
  readonly #pods = new Set<ProbedPod>();
  readonly #sockets = new Set<Socket>();
  #servers: Server[] = [];
  /** Aborting it ends all that the kubelet does. It is null while the kubelet does not live. */
  #life: AbortController | null = null;
  #since = Date.now();
  #lastHeartbeatAt: number | null = null;

  /** `hosts` are the node's addresses. */
  constructor(hosts: readonly string[], heartbeatMs: number) {
    this.#hosts = hosts;
    this.#heartbeatMs = heartbeatMs;
  }

  get running(): boolean {
    return this.#life !== null;
  }

  /** When it last renewed its Lease, which it does every so often while it lives; milliseconds since 1970. */
  get heartbeatAt(): number {
    if (this.#lastHeartbeatAt !== null) return this.#lastHeartbeatAt;
    const beats = Math.floor((Date.now() - this.#since) / this.#heartbeatMs);
    return this.#since + beats * this.#heartbeatMs;
  }

  /** Listens, and takes over the pods that it watched before. Rejects with a TestbedError when an address is taken. */
  async start(): Promise<void> {
    if (this.#life) return;
    this.#life = new AbortController();
    for (const host of this.#hosts) await this.#listen(host, KUBELET_PORT);
    for (const pod of this.#pods) this.#probeOnAndOn(pod);
    this.#since = Date.now();
    this.#lastHeartbeatAt = null;
  }

  /** Probes the pod while the kubelet lives, until the pod is gone. */
  watch(pod: ProbedPod): void {
    this.#pods.add(pod);
    this.#probeOnAndOn(pod);
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    this.#lastHeartbeatAt = this.heartbeatAt;
    this.#life?.abort();
    this.#life = null;
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

  #probeOnAndOn(pod: ProbedPod): void {
    const signal = this.#life?.signal;
    if (!signal) return;
    void this.#probeUntil(signal, pod).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  async #probeUntil(signal: AbortSignal, pod: ProbedPod): Promise<void> {
    let failures = 0;
    while (pod.exists) {
      const healthy = pod.running && (await answersHealth(pod.ip, signal));
      failures = healthy ? 0 : failures + 1;
      // Its process may have ended meanwhile, which was written already.
      const ready = healthy && pod.running;
      if (ready !== pod.ready && (ready || failures >= FAILURE_THRESHOLD)) pod.setReady(ready);
      await sleep(pod.running && !pod.ready ? START_PERIOD_MS : PERIOD_MS, null, { signal });
    }
    this.#pods.delete(pod);
    pod.end?.();
  }
}

function answersHealth(host: string, life: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([life, AbortSignal.timeout(TIMEOUT_MS)]);
  return new Promise((resolve) => {
    const target = { host, port: HEALTH_PORT, path: HEALTH_PATH, agent: false, signal };
    const request = get(target, (response) => {
      response.resume();
      resolve(response.statusCode! >= 200 && response.statusCode! < 400);
    });
    request.on("error", () => resolve(false));
  });
}
