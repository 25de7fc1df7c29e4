import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { podsReady } from "../cluster/pod.ts";
import type { Lab } from "./lab.ts";

/** As long as Kubernetes gives a pod to end. */
const END_GRACE_MS = 30_000;

/**
 * Rolls one pod out anew: the new one is ready before the old one terminates and goes. Gives the new one's name.
 * Rejects with a {@link TestbedError} when it does not become ready; then, too, the old one is gone.
 */
export async function replacePod(lab: Lab, nodeName: string, workload: Workload): Promise<string> {
  const node = lab.node(nodeName);
  const old = node.pods[workload];
  const pod = await node.startPod(workload);
  try {
    await podsReady(lab.apiServer.store, [pod]);
  } finally {
    old.terminate();
    await lab.kubeProxy.settled();
    await old.remove(END_GRACE_MS);
  }
  return pod.name;
}
