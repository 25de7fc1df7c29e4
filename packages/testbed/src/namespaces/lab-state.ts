import type { ActiveFaults } from "../faults/active-faults.ts";
import type { Lab } from "./lab.ts";
import type { LabPod } from "./nodes/lab-node.ts";

/** All of a laboratory that is seen from outside. A namespace is entered by the id of a process that is in it. */
export const labState = (lab: Lab, faults: ActiveFaults, url: string) => ({
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
  /** Where netchecker, Redis, DNS and the API server are. */
  control: { namespacePid: lab.control.namespace.pid },
  gateway: { namespacePid: lab.outside.gateway.pid },
  /** The switch between the nodes; each node's port has the node's name. */
  fabric: { namespacePid: lab.fabric.namespace.pid },
  netchecker: { pid: lab.netchecker.running ? lab.netchecker.pid! : null },
  redis: { pid: lab.redis.pid ?? null },
  faults: faults.list,
});

export type LabState = ReturnType<typeof labState>;

const podState = (pod: LabPod) => ({
  name: pod.name,
  ip: pod.ip,
  /** The service's process; null while it does not run. */
  pid: pod.running ? pod.pid! : null,
  ready: pod.ready,
  namespacePid: pod.network.pid,
});
