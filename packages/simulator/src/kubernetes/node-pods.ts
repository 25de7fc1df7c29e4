import type { ControlPlane, SimNode, SimPod } from "./control-plane.ts";

const APPS = ["ping", "pong"] as const;
/** pong answers on while its endpoint leaves (`preStop`), ping ends at once: see deploy/base. */
const ENDS_WITHIN_MS = { ping: [300, 2_500], pong: [15_000, 17_000] } as const;

/** The DaemonSets' work: a ping and a pong pod on every node, whatever its taints. */
export function ensurePods(plane: ControlPlane, node: SimNode): void {
  for (const app of APPS) {
    plane.soon(100, 2_000, () => {
      const { api } = node;
      if (!api || node.pods.values().some((pod) => pod.app === app)) return;
      createPod(plane, node, app);
    });
  }
}

/** One more pod of a node, scheduled at once. Its node's kubelet starts it when it can. */
export function createPod(plane: ControlPlane, node: SimNode, app: SimPod["app"]): SimPod {
  const tail = plane.random.uint32().toString(36).padStart(7, "0").slice(-5);
  const pod: SimPod = {
    node,
    app,
    name: `${app}-${node.simulated.index + 1}-${tail}`,
    nodeName: node.simulated.name,
    createdAt: plane.now,
    terminatingSince: null,
    ip: null,
    ready: false,
    readySince: plane.now,
    restarts: 0,
    startedAt: null,
    failed: null,
    running: false,
    reachable: false,
    listed: false,
    there: true,
  };
  node.pods.add(pod);
  plane.podChanged(pod);
  startPod(plane, pod);
  return pod;
}

/** Sandbox, address, container, readiness: each takes its time, and ends with the kubelet's life. */
export function startPod(plane: ControlPlane, pod: SimPod): void {
  const { node } = pod;
  const { life } = node;
  const can = () => node.life === life && node.kubelet && node.network && pod.there && !pod.failed;
  if (!can() || pod.running || pod.terminatingSince !== null) return;
  const isNew = pod.startedAt === null;
  const [fastest, slowest] = node.pulled ? [500, 4_000] : [2_000, 45_000];
  plane.soon(fastest, slowest, () => {
    if (!can() || pod.running) return;
    node.pulled = true;
    pod.ip = plane.newAddress();
    pod.running = true;
    pod.reachable = true;
    pod.startedAt = plane.now;
    if (!isNew) pod.restarts += 1;
    pod.ready = false;
    pod.readySince = isNew ? pod.createdAt : plane.now;
    plane.podChanged(pod);
    plane.soon(1_000, 11_000, () => {
      if (can() && pod.running) plane.callReady(pod, true);
    });
  });
}

/** As `kubectl delete pod` or a rollout does it; a dead kubelet never confirms. */
export function deletePod(plane: ControlPlane, pod: SimPod): void {
  if (!pod.there || pod.terminatingSince !== null) return;
  const { node } = pod;
  pod.terminatingSince = plane.now;
  plane.podChanged(pod);
  const [low, high] = pod.running ? ENDS_WITHIN_MS[pod.app] : [50, 500];
  plane.soon(low, high, () => endPod(plane, pod, node));
}

function endPod(plane: ControlPlane, pod: SimPod, node: SimNode): void {
  pod.running = false;
  if (!node.kubelet) return;
  plane.soon(200, 1_500, () => {
    if (!node.kubelet || !pod.there) return;
    plane.removePod(pod);
    ensurePods(plane, node);
  });
}

/** What a kubelet that has just begun does for the pods that the API server gives it. */
export function takeUpPods(plane: ControlPlane, node: SimNode): void {
  const { life } = node;
  for (const pod of node.pods)
    plane.soon(500, 8_000, () => {
      if (node.life !== life || !pod.there) return;
      if (pod.terminatingSince !== null || pod.failed) {
        plane.removePod(pod);
        ensurePods(plane, node);
      } else if (pod.running) readyAgain(plane, pod);
      else startPod(plane, pod);
    });
}

/** A container that lived on: not ready for a moment now and then (kubernetes/kubernetes#60575), then ready. */
function readyAgain(plane: ControlPlane, pod: SimPod): void {
  const { life } = pod.node;
  if (pod.ready && plane.random.chance(0.3)) plane.callReady(pod, false);
  plane.soon(1_000, 11_000, () => {
    if (pod.node.life === life && pod.running) plane.callReady(pod, true);
  });
}

/** Whether a node's ping and pong are ready, and reached through the service. */
export function podsAreReady(node: SimNode): boolean {
  return APPS.every((app) =>
    node.pods
      .values()
      .some(
        (pod) => pod.app === app && pod.running && pod.ready && pod.listed && !pod.terminatingSince,
      ),
  );
}
