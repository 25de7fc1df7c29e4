import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiServer } from "./api-server/api-server.ts";
import { BREAKS, type BreakKind } from "./breaks.ts";
import { LocalClusterError } from "./local-cluster-error.ts";
import type { LocalNode } from "./local-node.ts";
import type { NetcheckerProcess } from "./netchecker-process.ts";
import type { RedisServer } from "./redis-server.ts";
import { waitForStore } from "./wait-for-store.ts";

/** What a cluster is made of, once it runs. */
export interface ClusterParts {
  readonly apiServer: ApiServer;
  readonly redis: RedisServer;
  readonly netchecker: NetcheckerProcess;
  readonly nodes: Map<string, LocalNode>;
  readonly startNode: (name: string) => Promise<LocalNode>;
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

const BREAK_TIMEOUT_MS = 15_000;

/** A cluster that runs: its parts, what can be broken and healed, and what netchecker says of it. */
export class LocalCluster {
  readonly apiServer: ApiServer;
  readonly redis: RedisServer;
  readonly netchecker: NetcheckerProcess;
  /** Logs of all processes, until the cluster is stopped. */
  readonly folder: string;
  readonly #parts: ClusterParts;
  #stopped: Promise<void> | undefined;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.apiServer = parts.apiServer;
    this.redis = parts.redis;
    this.netchecker = parts.netchecker;
    this.folder = parts.folder;
  }

  get nodes(): LocalNode[] {
    return [...this.#parts.nodes.values()];
  }

  /** The node of that name. Throws where there is none. */
  node(name: string): LocalNode {
    const node = this.#parts.nodes.get(name);
    if (!node) throw new LocalClusterError(`There is no ${name}.`);
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

  /** Undoes {@link break} and resolves when the node's pods that can be ready are so. */
  async heal(name: string, kind: BreakKind, signal?: AbortSignal): Promise<void> {
    const node = this.node(name);
    await BREAKS[kind].heal(node);
    const pod = kind.startsWith("pong") ? node.pods.pong : node.pods.ping;
    await waitForStore(this.apiServer.store, () => pod.ready, {
      timeoutMs: BREAK_TIMEOUT_MS,
      what: `${name} to heal from ${kind}`,
      signal,
    });
  }

  /** Adds a node and resolves when its pods are ready. */
  async addNode(name: string, signal?: AbortSignal): Promise<LocalNode> {
    const node = await this.#parts.startNode(name);
    await node.podsReady(signal);
    return node;
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
   * Rejects with a {@link LocalClusterError} at the deadline. netchecker may be away meanwhile.
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
    throw new LocalClusterError(
      `Waited ${timeoutMs / 1000} s for a closed round after round ${after} in vain; netchecker's last words: ${this.netchecker.lastWords()}`,
    );
  }

  /** Ends every process that the cluster started and removes its folder. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#parts
      .stop()
      .finally(() => rmSync(this.folder, { recursive: true, force: true }));
    return this.#stopped;
  }
}
