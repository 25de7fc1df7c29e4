import { setTimeout as sleep } from "node:timers/promises";
import { Cluster, type ClusterParts } from "../cluster/cluster.ts";
import type { ControlPlaneTimes } from "../kubernetes/control-plane-times.ts";
import type { NodeController } from "../kubernetes/node-controller.ts";
import { NOT_READY_MESSAGES } from "../kubernetes/objects/node-object.ts";
import { waitForStore } from "../kubernetes/wait-for-store.ts";
import { RoundWatcher } from "../services/watch-rounds.ts";
import type { TcpProxy } from "../sockets/tcp-proxy.ts";
import { TestbedError } from "../testbed-error.ts";
import { BREAKS, type BreakKind } from "./breaks.ts";
import type { LocalNode } from "./local-node.ts";

/** The parts that a local cluster has in addition to those of every cluster. */
export interface LocalClusterParts extends ClusterParts<LocalNode> {
  /** Pods of one that is not ready are yet to start. */
  readonly startNode: (name: string, how?: NewNode) => Promise<LocalNode>;
  readonly nodeController: NodeController;
  /** netchecker's way to Redis, where it has one of its own. */
  readonly redisLink: TcpProxy | undefined;
  /** How much faster than Kubernetes' the control plane is. */
  readonly speed: number;
  readonly folder: string;
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
}

const BREAK_TIMEOUT_MS = 15_000;

/** A cluster on loopback addresses. Its nodes can be broken and healed, and netchecker can be asked what it sees. */
export class LocalCluster extends Cluster<LocalNode> {
  /** Logs of all processes, until the cluster is stopped. */
  readonly folder: string;
  readonly rounds: RoundWatcher;
  readonly #parts: LocalClusterParts;

  constructor(parts: LocalClusterParts) {
    super(parts);
    this.#parts = parts;
    this.folder = parts.folder;
    this.rounds = new RoundWatcher(this.netchecker.url);
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

  /** Breaks a node and resolves when the API server shows it, which for a hung pong takes its kubelet some seconds. */
  async break(name: string, kind: BreakKind, signal?: AbortSignal): Promise<void> {
    const node = this.node(name);
    await BREAKS[kind].apply(node);
    await this.#shows(() => BREAKS[kind].shown(node), `${name} to show as ${kind}`, signal);
  }

  /** Undoes {@link break} and resolves when the API server shows that too. */
  async heal(name: string, kind: BreakKind): Promise<void> {
    const node = this.node(name);
    await BREAKS[kind].heal(node);
    await this.#shows(() => BREAKS[kind].healed(node), `${name} to heal from ${kind}`);
  }

  /** Adds a node and resolves when its pods are ready; one that is not Ready from the start, when it has joined. */
  async addNode(
    name: string,
    { labels = {}, readyAfterMs = 0 }: AddNodeOptions = {},
  ): Promise<LocalNode> {
    const notReady = readyAfterMs === 0 ? null : NOT_READY_MESSAGES.network;
    const node = await this.#parts.startNode(name, { labels, notReady });
    if (readyAfterMs === 0) await node.podsReady();
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
    this.byName.delete(name);
    await node.remove();
  }

  /** A request to netchecker's API. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.rounds.fetch(path, init);
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
      const body = await this.rounds.json<T>(`/results${query}`);
      if (body && body.round.id > after) return body;
      await sleep(100);
    }
    throw new TestbedError(
      `Waited ${timeoutMs / 1000} s for a closed round after round ${after} in vain; netchecker's last words: ${this.netchecker.lastWords()}`,
    );
  }

  #shows(holds: () => boolean, what: string, signal?: AbortSignal): Promise<void> {
    const { store } = this.apiServer;
    return waitForStore(store, holds, { timeoutMs: BREAK_TIMEOUT_MS, what, signal });
  }
}
