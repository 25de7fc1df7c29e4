import { toNodeRecord, toPodRecord } from "@netchecker/round/to-records";
import type { PodRecord } from "@netchecker/round/cluster-view";
import { type NodePasts, nodePasts, recallNode } from "@netchecker/round/node-past";
import type { RememberedNode } from "@netchecker/round/remember-node";
import type { Sighting } from "@netchecker/round/sighting";

/** What netchecker's watch remembers of nodes and pods: each object goes through its own code. */
export class WatchedRecords {
  #nodes = new Map<string, RememberedNode>();
  #pods = new Map<string, PodRecord>();
  #seen: Sighting = { now: 0, knownUntil: null, live: false, aheadMs: 0 };

  get nodes(): RememberedNode[] {
    return [...this.#nodes.values()];
  }

  get pods(): PodRecord[] {
    return [...this.#pods.values()];
  }

  /** A netchecker that begins lists what is there, and knows nothing of before. */
  listsAt(now: number): void {
    this.#nodes = new Map();
    this.#pods = new Map();
    this.#seen = { now, knownUntil: null, live: false, aheadMs: 0 };
  }

  /** From now on it is told of each change as it happens. */
  watchesFrom(now: number): void {
    this.#seen = { now, knownUntil: now, live: true, aheadMs: 0 };
  }

  /** What is stored of it with a round. */
  nodePasts(now: number): NodePasts {
    return nodePasts(this.nodes, now);
  }

  /** A netchecker that has begun reads what the one before it stored. */
  recall(pasts: NodePasts): void {
    for (const [name, node] of this.#nodes) this.#nodes.set(name, recallNode(node, pasts));
  }

  /** What the API server has now of this name; null for nothing. */
  node(name: string, object: object | null, now: number): void {
    const seen = this.#sees(now);
    put(this.#nodes, name, object && toNodeRecord(object, this.#nodes.get(name) ?? null, seen));
  }

  pod(name: string, object: object | null, now: number): void {
    const seen = this.#sees(now);
    put(this.#pods, name, object && toPodRecord(object, this.#pods.get(name) ?? null, seen));
  }

  #sees(now: number): Sighting {
    const seen = { ...this.#seen, now };
    // With each event the view is known to be complete until then.
    if (seen.live) this.#seen = { ...seen, knownUntil: now };
    return seen;
  }
}

function put<T>(records: Map<string, T>, name: string, record: T | null): void {
  if (record) records.set(name, record);
  else records.delete(name);
}
