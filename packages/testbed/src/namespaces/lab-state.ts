import type { ActiveFault, ActiveFaults } from "../faults/active-faults.ts";
import type { Lab } from "./lab.ts";
import type { PodNetworkKind } from "./network/node-network.ts";
import type { LabPod } from "./nodes/lab-node.ts";

/** A namespace is entered by the id of a process that is in it. */
interface Place {
  readonly namespacePid: number;
}

interface PodState extends Place {
  readonly name: string;
  readonly ip: string;
  /** The service's process; null while it does not run. */
  readonly pid: number | null;
  readonly ready: boolean;
}

interface NodeState extends Place {
  readonly name: string;
  readonly ip: string;
  readonly ping: PodState;
  readonly pong: PodState;
}

interface ServiceState {
  /** Null while it does not run. */
  readonly pid: number | null;
}

/** All of a laboratory that is seen from outside. */
export interface LabState {
  readonly url: string;
  readonly folder: string;
  readonly intervalMs: number;
  readonly podNetwork: PodNetworkKind;
  readonly nodes: readonly NodeState[];
  /** Where netchecker, Redis, DNS and the API server are. */
  readonly control: Place;
  readonly gateway: Place;
  /** The switch between the nodes; each node's port has the node's name. */
  readonly fabric: Place;
  readonly netchecker: ServiceState;
  readonly redis: ServiceState;
  readonly faults: readonly ActiveFault[];
}

export const labState = (lab: Lab, faults: ActiveFaults, url: string): LabState => ({
  url,
  folder: lab.options.folder,
  intervalMs: lab.options.intervalMs,
  podNetwork: lab.options.podNetwork,
  nodes: lab.nodes
    // One that is about to come has no pods yet.
    .filter(({ pods }) => pods.ping && pods.pong)
    .toSorted((a, b) => a.index - b.index)
    .map(({ name, ip, namespace, pods }) => ({
      name,
      ip,
      namespacePid: namespace.pid,
      ping: podState(pods.ping),
      pong: podState(pods.pong),
    })),
  control: { namespacePid: lab.control.namespace.pid },
  gateway: { namespacePid: lab.outside.gateway.pid },
  fabric: { namespacePid: lab.fabric.namespace.pid },
  netchecker: { pid: lab.netchecker.running ? lab.netchecker.pid! : null },
  redis: { pid: lab.redis.pid ?? null },
  faults: faults.list,
});

const podState = (pod: LabPod): PodState => ({
  name: pod.name,
  ip: pod.ip,
  pid: pod.running ? pod.pid! : null,
  ready: pod.ready,
  namespacePid: pod.network.pid,
});
