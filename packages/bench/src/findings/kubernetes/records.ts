import {
  type KubernetesObject,
  toNodeRecord,
  toPodRecord,
} from "@netchecker/netchecker/src/adapters/to-records.ts";
import type { NodeRecord, PodRecord } from "@netchecker/netchecker/src/core/cluster-view.ts";

/** What netchecker's watch remembers of nodes and pods: each object goes through its own code. */
export class WatchedRecords {
  #nodes = new Map<string, NodeRecord>();
  #pods = new Map<string, PodRecord>();

  get nodes(): NodeRecord[] {
    return [...this.#nodes.values()];
  }

  get pods(): PodRecord[] {
    return [...this.#pods.values()];
  }

  /** A netchecker that begins anew knows nothing of before. */
  forget(): void {
    this.#nodes = new Map();
    this.#pods = new Map();
  }

  /** What the API server has now of this name; null for nothing. */
  node(name: string, object: KubernetesObject | null): void {
    put(this.#nodes, name, object && toNodeRecord(object));
  }

  pod(name: string, object: KubernetesObject | null): void {
    put(this.#pods, name, object && toPodRecord(object));
  }
}

function put<T>(records: Map<string, T>, name: string, record: T | null): void {
  if (record) records.set(name, record);
  else records.delete(name);
}
