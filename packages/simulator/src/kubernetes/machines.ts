import type { ControlPlane, SimNode } from "./control-plane.ts";
import { ensurePods, podsAreReady, startPod, takeUpPods } from "./node-pods.ts";

/** The kubelet ends; pods and machine live on. */
export function kubeletDies(plane: ControlPlane, node: SimNode): void {
  node.kubelet = false;
  node.life += 1;
  plane.beatsStop(node);
}

/** Every container of the node ends, and nobody says so. */
export function podsDie(node: SimNode): void {
  for (const pod of node.pods) pod.running = false;
}

/** Power, cable or kernel: all of it at once. */
export function machineDies(plane: ControlPlane, node: SimNode): void {
  node.machine = false;
  node.network = false;
  podsDie(node);
  for (const pod of node.pods) pod.reachable = false;
  kubeletDies(plane, node);
}

const NO_NETWORK =
  "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";
const NO_RUNTIME = "[container runtime status check may not have completed yet]";

/**
 * The kubelet begins. It often calls itself NotReady for some seconds (kubernetes/kubernetes#96945), and for as long
 * as there is no network for pods.
 */
export function kubeletStarts(plane: ControlPlane, node: SimNode): void {
  if (!node.machine || node.kubelet) return;
  node.kubelet = true;
  node.life += 1;
  const { life } = node;
  const alive = () => node.life === life && node.api !== null;
  plane.soon(200, 2_000, () => {
    if (!alive()) return;
    plane.beatsAgain(node);
    node.api!.bootId = bootIdOf(node);
    const hesitates = plane.random.chance(0.4);
    if (!node.network) plane.kubeletSays(node, "False", "", NO_NETWORK);
    else if (hesitates) plane.kubeletSays(node, "False", "", NO_RUNTIME);
    const becomesReady = () => {
      if (!alive()) return;
      plane.kubeletSays(node, "True");
      takeUpPods(plane, node);
      ensurePods(plane, node);
    };
    plane.when(
      () => !alive() || node.network,
      () => plane.soon(0, hesitates ? 10_000 : 500, becomesReady),
    );
  });
}

const boots = new WeakMap<SimNode, number>();

function bootIdOf(node: SimNode): string {
  return `boot-${node.simulated.index}-${boots.get(node) ?? 0}`;
}

/** Power is back: the kubelet follows, and in some seconds the network of pods. */
export function machineBoots(plane: ControlPlane, node: SimNode): void {
  if (node.machine) return;
  node.machine = true;
  boots.set(node, (boots.get(node) ?? 0) + 1);
  const { life } = node;
  plane.soon(3_000, 15_000, () => {
    if (node.life === life) kubeletStarts(plane, node);
  });
  // The CNI's configuration stays on the disk: mostly the kubelet finds it at once, while its pod still starts.
  plane.soon(4_000, 30_000, () => {
    if (!node.machine) return;
    node.network = true;
    plane.nodeChanged(node);
  });
}

/**
 * An orderly shutdown (KEP 2000): the kubelet says so, ends its pods, and the machine goes off. Called back as it goes.
 * Its pods are Failed; the DaemonSets' new ones are turned away as long as it lasts (kubernetes/kubernetes#100184).
 */
export function shutsDown(plane: ControlPlane, node: SimNode, off: () => void = () => {}): void {
  plane.kubeletSays(node, "False", "KubeletNotReady", "node is shutting down");
  node.network = false;
  const { life } = node;
  for (const pod of node.pods)
    plane.soon(200, 12_000, () => {
      if (node.life !== life || !pod.there) return;
      pod.running = false;
      plane.callReady(pod, false);
      pod.failed = {
        reason: "Terminated",
        message: "Pod was terminated in response to imminent node shutdown.",
      };
      plane.podChanged(pod);
      // The DaemonSet controller takes failed pods away and makes new ones, which wait.
      plane.soon(500, 6_000, () => {
        if (!pod.there) return;
        plane.removePod(pod);
        ensurePods(plane, node);
      });
    });
  plane.soon(12_500, 35_000, () => {
    if (node.life !== life) return;
    machineDies(plane, node);
    off();
  });
}

export interface Arrival {
  /** From its registration until it is Ready. */
  readonly toReadyMs: number;
  /** Somebody registers it before its kubelet does: it never posted anything, and is Unknown after a minute. */
  readonly registeredEarly?: boolean;
  /** It boots once more on the way, as machines do that update themselves first. */
  readonly rebootsOnce?: boolean;
}

/** A new node registers, and becomes Ready once pods can have a network. */
export function arrives(plane: ControlPlane, node: SimNode, arrival: Arrival): void {
  const { toReadyMs, registeredEarly = false, rebootsOnce = false } = arrival;
  const { random } = plane;
  node.machine = true;
  node.network = false;
  node.pulled = false;
  node.life += 1;
  boots.set(node, (boots.get(node) ?? 0) + 1);
  const addressed = random.chance(0.7);
  plane.register(node, { posted: !registeredEarly, addressed });
  if (!addressed)
    plane.soon(2_000, 15_000, () => {
      if (!node.api) return;
      node.api.addressed = true;
      plane.nodeChanged(node);
    });
  node.kubelet = !registeredEarly;
  if (!registeredEarly) plane.kubeletSays(node, "False", "KubeletNotReady", NO_NETWORK);
  else
    plane.timeline.after(random.between(0.5, 0.8) * toReadyMs, () => {
      if (node.machine) kubeletStarts(plane, node);
    });
  ensurePods(plane, node);
  if (rebootsOnce)
    plane.timeline.after(random.between(0.1, 0.4) * toReadyMs, () => {
      machineDies(plane, node);
      plane.soon(15_000, 40_000, () => {
        node.machine = true;
        kubeletStarts(plane, node);
      });
    });
  plane.timeline.after(toReadyMs, () => {
    if (!node.machine || !node.api) return;
    node.network = true;
    if (!node.kubelet || registeredEarly || rebootsOnce) return plane.nodeChanged(node);
    plane.kubeletSays(node, "True");
    for (const pod of node.pods) startPod(plane, pod);
  });
}

/** Whether a node is all there again: its kubelet, Ready, and its pods behind the service. */
export function isWhole(node: SimNode): boolean {
  const { machine, kubelet, api } = node;
  return machine && kubelet && api?.ready?.status === "True" && podsAreReady(node);
}
