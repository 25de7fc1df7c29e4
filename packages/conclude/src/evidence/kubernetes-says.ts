import type { ClusterView, NodeReadiness, NodeRecord } from "@netchecker/round/cluster-view";

/**
 * Kubernetes takes the pods of a node out of the services when it calls the node NotReady, and kube-proxy
 * follows within seconds; a minute is plenty.
 */
const LEFT_SERVICES_MS = 60_000;

/** What Kubernetes says of the nodes' readiness, as evidence beside what was measured. */
export class KubernetesSays {
  /** Whether what it says is old: then that it says nothing of a node tells nothing. */
  readonly stale: boolean;
  readonly #at: number;
  readonly #records: readonly (NodeRecord | undefined)[];

  /** `at`: when the round began, milliseconds since 1970. */
  constructor(view: ClusterView, nodes: readonly string[], at: number) {
    const records = new Map(view.nodes.map((node) => [node.name, node]));
    this.#records = nodes.map((node) => records.get(node));
    this.#at = at;
    this.stale = view.staleSince !== null;
  }

  /** What it says of a node that it calls NotReady, else null. */
  notReady(n: number): NodeReadiness | null {
    const record = this.#records[n];
    return record && !record.ready ? record.readiness : null;
  }

  /** Whether a node is NotReady and has never been anything else. */
  neverReady(n: number): boolean {
    const record = this.#records[n];
    return record !== undefined && !record.ready && !record.everReady;
  }

  /** Whether a node's pods have been out of the services for a while, because it is NotReady. */
  leftServices(n: number): boolean {
    const since = this.notReady(n)?.since ?? 0;
    return since > 0 && this.#at - since >= LEFT_SERVICES_MS;
  }
}
