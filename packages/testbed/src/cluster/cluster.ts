import { redisNames } from "@netchecker/contract";
import type { ApiServer } from "../kubernetes/api-server/api-server.ts";
import { ForeignLease } from "../services/foreign-lease.ts";
import type { NetcheckerProcess } from "../services/netchecker-process.ts";
import type { RedisServer } from "../services/redis-server.ts";
import { TestbedError } from "../testbed-error.ts";
import type { ClusterNode } from "./node.ts";

/** What a cluster is made of, once it runs. */
export interface ClusterParts<N> {
  readonly apiServer: ApiServer;
  readonly redis: RedisServer;
  readonly netchecker: NetcheckerProcess;
  /** By their names. */
  readonly nodes: Map<string, N>;
  /** What the names of channels and keys begin with. */
  readonly redisPrefix: string;
  /** The stack ends all that was started, the newest first. */
  readonly stack: AsyncDisposableStack;
}

/** A cluster that runs. Subclasses add its network. */
export class Cluster<N extends ClusterNode = ClusterNode> implements AsyncDisposable {
  readonly apiServer: ApiServer;
  readonly redis: RedisServer;
  readonly netchecker: NetcheckerProcess;
  /** Another netchecker that may take the lease to open rounds. */
  readonly foreignLease: ForeignLease;
  protected readonly byName: Map<string, N>;
  readonly #stack: AsyncDisposableStack;
  #stopped: Promise<void> | undefined;

  constructor(parts: ClusterParts<N>) {
    this.apiServer = parts.apiServer;
    this.redis = parts.redis;
    this.netchecker = parts.netchecker;
    this.foreignLease = new ForeignLease(parts.redis, redisNames(parts.redisPrefix).lease);
    this.byName = parts.nodes;
    this.#stack = parts.stack;
  }

  get nodes(): N[] {
    return [...this.byName.values()];
  }

  /** The node of that name; undefined when there is none. Healing a fault of a removed node is no error. */
  find(name: string): N | undefined {
    return this.byName.get(name);
  }

  /** The node of that name. Throws a {@link TestbedError} where there is none. */
  node(name: string): N {
    const node = this.find(name);
    if (!node) throw new TestbedError(`there is no ${name}; there are ${[...this.byName.keys()]}`);
    return node;
  }

  /** Ends every process that the cluster started. Safe to call twice. */
  stop(): Promise<void> {
    this.foreignLease.stop();
    this.#stopped ??= this.#stack.disposeAsync();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/**
 * Calls `build` with a stack that ends the cluster's parts. When `build` fails, the stack is disposed of, so that nothing is
 * left. Rejects with the signal's reason when the signal is aborted.
 */
export async function startOn<C>(
  build: (stack: AsyncDisposableStack) => Promise<C>,
  signal: AbortSignal | undefined,
): Promise<C> {
  signal?.throwIfAborted();
  const stack = new AsyncDisposableStack();
  try {
    return await build(stack);
  } catch (error) {
    await stack.disposeAsync();
    throw signal?.aborted ? signal.reason : error;
  }
}
