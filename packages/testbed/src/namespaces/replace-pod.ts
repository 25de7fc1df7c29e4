import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { waitForStore } from "../kubernetes/wait-for-store.ts";
import type { Lab } from "./lab.ts";
import { TestbedError } from "../testbed-error.ts";
import type { PodNews } from "./nodes/kubelet-messages.ts";

const READY_TIMEOUT_MS = 30_000;
/** As long as Kubernetes gives a pod to end. */
const END_GRACE_MS = 30_000;

/**
 * Rolls one pod out anew: the new one is ready before the old one terminates and goes. Gives the new one's name.
 * Rejects with a {@link TestbedError} when it does not become ready; then, too, the old one is gone.
 */
export async function replacePod(lab: Lab, nodeName: string, workload: Workload): Promise<string> {
  const node = lab.node(nodeName);
  const old = node[workload];
  const { pod } = await node.startPod(workload);
  try {
    await waitForStore(lab.apiServer.store, () => pod.ready || !pod.running, {
      timeoutMs: READY_TIMEOUT_MS,
      what: `${pod.name} to be ready`,
    });
    if (!pod.running)
      throw new TestbedError(`${pod.name} ended early; its last words: ${pod.lastWords()}`);
  } finally {
    old.pod.terminate();
    await lab.kubeProxies.settled();
    await old.pod.remove(END_GRACE_MS);
    const gone: PodNews = { pod: old.pod.name, ip: null, running: false, ready: false };
    node.kubelet.send(gone);
    await old.remove();
  }
  return pod.name;
}
