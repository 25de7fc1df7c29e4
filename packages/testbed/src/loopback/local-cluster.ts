import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiServer } from "../kubernetes/api-server/api-server.ts";
import { BREAKS, type BreakKind } from "./breaks.ts";
import { TestbedError } from "../testbed-error.ts";
import type { ControlPlaneTimes } from "../kubernetes/control-plane-times.ts";
import { ForeignLease } from "../services/foreign-lease.ts";
import type { LocalNode } from "./local-node.ts";
import type { NetcheckerProcess } from "../services/netchecker-process.ts";
import type { NodeController } from "../kubernetes/node-controller.ts";
import { NOT_READY_MESSAGES } from "../kubernetes/objects/node-object.ts";
import type { RedisServer } from "../services/redis-server.ts";
import type { TcpProxy } from "../sockets/tcp-proxy.ts";
import { waitForStore } from "../kubernetes/wait-for-store.ts";

/** What a cluster is made of, once it runs. */
export interface ClusterParts {
  readonly apiServer: ApiServer;
  readonly redis: RedisServer;
  readonly netchecker: NetcheckerProcess;
  readonly nodes: Map<string, LocalNode>;
  /** Pods of one that is not ready are yet to start. */
  readonly startNode: (name: string, how?: NewNode) => Promise<LocalNode>;
  readonly nodeController: NodeController;
  /** netchecker's way to Redis, where it has one of its own. */
  readonly redisLink: TcpProxy | undefined;
  /** The key of the lease to open rounds. */
  readonly leaseKey: string;
  /** How much faster than Kubernetes' the control plane is. */
  readonly speed: number;
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

/** How a node joins. */
export interface NewNode {
  readonly labels?: Readonly<Record<string, string>>;
  /** Why it is not ready when it joins; null, the default: it is. */
  readonly notReady?: string | null;
  /** Default: now. */
  readonly joinedAt?: Date;
}

interface AddNodeOptions extends Pick<NewNode, "labels"> {
  /** How long after it has joined it is Ready; null: never. In Kubernetes' time, which the cluster's speed divides. */
  readonly readyAfterMs?: number | null;
  readonly signal?: AbortSignal;
}

const BREAK_TIMEOUT_MS = 15_000;

/** A cluster that runs: its parts, what can be broken and healed, and what netchecker says of it. */
export class LocalCluster {
  readonly apiServer: ApiServer;
  readonly redis: RedisServer;
  readonly netchecker: NetcheckerProcess;
  /** Another netchecker that may take the lease to open rounds. */
  readonly foreignLease: ForeignLease;
  /** Logs of all processes, until the cluster is stopped. */
  readonly folder: string;
  readonly #parts: ClusterParts;
  #stopped: Promise<void> | undefined;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.apiServer = parts.apiServer;
    this.redis = parts.redis;
    this.netchecker = parts.netchecker;
    this.foreignLease = new ForeignLease(parts.redis, parts.leaseKey);
    this.folder = parts.folder;
  }

  /** How long this cluster's control plane takes to notice what happens. */
  get times(): ControlPlaneTimes {
    return this.#parts.nodeController.times;
  }

  /** netchecker's way to Redis, to be cut or to lose packets on. Throws unless the cluster was started with `redisLink`. */
  get redisLink(): TcpProxy {
    const { redisLink } = this.#parts;
    if (redisLink) return redisLink;
    throw new TestbedError("netchecker has no way of its own to Redis: start with redisLink.");
  }

  get nodes(): LocalNode[] {
    return [...this.#parts.nodes.values()];
  }

  /** The node of that name. Throws where there is none. */
  node(name: string): LocalNode {
    const node = this.#parts.nodes.get(name);
    if (!node) throw new TestbedError(`There is no ${name}.`);
    return node;
  }

  /** Breaks a node and resolves when the API server shows it, which for a hung pong takes its kubelet some seconds. */
  async break(name: string, kind: BreakKind, signal?: AbortSignal): Promise<void> {
    const node = this.node(name);
    await BREAKS[kind].apply(node);
    await waitForStore(this.apiServer.store, () => BREAKS[kind].shown(node), {
      timeoutMs: BREAK_TIMEOUT_MS,
      what: `${name} to show as ${kind}`,
      signal,
    });
  }

  /** Undoes {@link break} and resolves when the API server shows that too. */
  async heal(name: string, kind: BreakKind, signal?: AbortSignal): Promise<void> {
    const node = this.node(name);
    await BREAKS[kind].heal(node);
    await waitForStore(this.apiServer.store, () => BREAKS[kind].healed(node), {
      timeoutMs: BREAK_TIMEOUT_MS,
      what: `${name} to heal from ${kind}`,
      signal,
    });
  }

  /** Adds a node and resolves when its pods are ready; one that is not Ready from the start, when it has joined. */
  async addNode(
    name: string,
    { labels = {}, readyAfterMs = 0, signal }: AddNodeOptions = {},
  ): Promise<LocalNode> {
    const notReady = readyAfterMs === 0 ? null : NOT_READY_MESSAGES.network;
    const node = await this.#parts.startNode(name, { labels, notReady });
    if (readyAfterMs === 0) await node.podsReady(signal);
    else if (readyAfterMs !== null) node.becomeReadyAfter(readyAfterMs / this.#parts.speed);
    return node;
  }

  /** Deletes every node's object at once; all else is as it was. */
  deleteNodeObjects(): void {
    for (const node of this.nodes) node.deleteObject();
  }

  /** Removes a node with its pods. */
  async removeNode(name: string): Promise<void> {
    const node = this.node(name);
    this.#parts.nodes.delete(name);
    await node.remove();
  }

  /** A request to netchecker's API. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.netchecker.url + path, { signal: AbortSignal.timeout(10_000), ...init });
  }

  /**
   * The body of `GET /results` (with `query` behind it) of the first closed round whose id is above `after`.
   * Rejects with a {@link TestbedError} at the deadline. netchecker may be away meanwhile.
   */
  async resultsAfter<T extends { round: { id: number } }>(
    after: number,
    { query = "", timeoutMs = 30_000 } = {},
  ): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const response = await this.fetch(`/results${query}`).catch(() => null);
      if (response?.ok) {
        const body = (await response.json()) as T;
        if (body.round.id > after) return body;
      } else await response?.body?.cancel();
      await sleep(100);
    }
    throw new TestbedError(
      `Waited ${timeoutMs / 1000} s for a closed round after round ${after} in vain; netchecker's last words: ${this.netchecker.lastWords()}`,
    );
  }

  /** Ends every process that the cluster started and removes its folder. Safe to call twice. */
  stop(): Promise<void> {
    this.foreignLease.stop();
    this.#stopped ??= this.#parts
      .stop()
      .finally(() => rmSync(this.folder, { recursive: true, force: true }));
    return this.#stopped;
  }
}
