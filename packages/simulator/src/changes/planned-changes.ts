import type { SimNode } from "../kubernetes/control-plane.ts";
import {
  arrives,
  isWhole,
  kubeletDies,
  kubeletStarts,
  machineBoots,
  machineDies,
  shutsDown,
} from "../kubernetes/machines.ts";
import { createPod, deletePod } from "../kubernetes/node-pods.ts";
import type { ChangeScene, Script } from "./script.ts";

const SIZES = [3, 5, 12, 50] as const;
const WITH_ONE = [1, ...SIZES] as const;

/** A reboot, announced or not: in good order or at once; then it stands for some seconds, and boots. */
function reboots(
  { plane, random, after }: Script,
  node: SimNode,
  downSeconds: readonly [number, number],
): void {
  const comesBack = () => after(...downSeconds, () => machineBoots(plane, node));
  if (random.chance(0.5)) shutsDown(plane, node, comesBack);
  else {
    machineDies(plane, node);
    comesBack();
  }
}

/** Its instance ends, in good order or at once, and in a while its Node is deleted. */
function isTakenAway(script: Script, node: SimNode, deletedAfter: [number, number]): void {
  const { plane, random, after } = script;
  const isGone = () => after(...deletedAfter, () => plane.removeNode(node));
  // The Node may go first (aws/karpenter-provider-aws#5778).
  if (random.chance(0.2)) {
    plane.removeNode(node);
    after(5, 60, () => machineDies(plane, node));
  } else if (random.chance(0.5)) shutsDown(plane, node, isGone);
  else {
    machineDies(plane, node);
    isGone();
  }
}

/** The taints of those who announce that a spot instance is reclaimed. */
const SPOT_TAINTS = [
  // aws/aws-node-termination-handler#160
  "aws-node-termination-handler/spot-itn",
  // GoogleCloudPlatform/k8s-node-termination-handler
  "cloud.google.com/impending-node-termination",
  // Kubernetes' cloud-node-lifecycle-controller
  "node.cloudprovider.kubernetes.io/shutdown",
] as const;

const CA_CANDIDATE = "DeletionCandidateOfClusterAutoscaler";
const CA_DELETES = "ToBeDeletedByClusterAutoscaler";

function uncordonsWhenReady(script: Script, node: SimNode): void {
  const { plane, random } = script;
  // kured's own pod does it as soon as it runs; scripts wait for all pods.
  const early = random.chance(0.5);
  plane.when(
    () => (early ? node.api?.ready?.status === "True" && node.beating : isWhole(node)),
    () => script.after(1, early ? 20 : 60, () => plane.cordon(node, false)),
  );
}

function drain(script: Script): void {
  const { plane, random, nodes, at } = script;
  for (const [index, node] of nodes.entries()) {
    const begin = index * random.between(0, 90);
    at(begin, () => plane.cordon(node));
    // Some drains take DaemonSets' pods as well (aws/aws-node-termination-handler#593): they come again.
    if (random.chance(0.3))
      at(begin + random.between(1, 60), () => {
        for (const pod of node.pods) deletePod(plane, pod);
      });
    const end = begin + random.between(20, 200);
    if (random.chance(0.5)) at(end, () => plane.cordon(node, false));
    else at(end, () => isTakenAway(script, node, [1, 150]));
  }
}

function cordon({ plane, random, nodes, at }: Script): void {
  for (const node of nodes) {
    const begin = random.between(0, 60);
    at(begin, () => plane.cordon(node));
    at(begin + random.between(10, 300), () => plane.cordon(node, false));
  }
}

function rebootUnderCordon(script: Script): void {
  const { plane, random, nodes, at } = script;
  for (const [index, node] of nodes.entries()) {
    const begin = index * random.between(0, 240);
    at(begin, () => plane.cordon(node));
    at(begin + random.between(1, 90), () => {
      reboots(script, node, [15, 200]);
      plane.when(
        () => !node.machine,
        () =>
          plane.when(
            () => node.machine,
            () => uncordonsWhenReady(script, node),
          ),
      );
    });
  }
}

function scaleDown(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes) {
    at(0, () => plane.taint(node, CA_CANDIDATE, "PreferNoSchedule"));
    const decided = random.between(0, 200);
    at(decided, () => {
      plane.taint(node, CA_DELETES, "NoSchedule");
      if (random.chance(0.5)) plane.cordon(node);
      // Draining fails, and it stays (kubernetes/autoscaler#5201); or its taint is forgotten (#5657).
      const ends = random.pick(["taken", "taken", "taken", "given up", "forgotten"] as const);
      if (ends === "taken") after(0, 90, () => isTakenAway(script, node, [1, 150]));
      if (ends === "given up")
        after(10, 150, () => {
          plane.taint(node, CA_DELETES, "NoSchedule", false);
          plane.taint(node, CA_CANDIDATE, "PreferNoSchedule", false);
          plane.cordon(node, false);
        });
    });
  }
}

/** Karpenter deletes the Node at once, and a finalizer holds it until its instance is gone. */
function disruption(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 120), () => {
      plane.taint(node, "karpenter.sh/disrupted", "NoSchedule");
      after(0, 30, () => {
        if (!node.api) return;
        node.api.deletingSince = plane.now;
        plane.nodeChanged(node);
      });
      // Now and then the finalizer stays, long after the instance (aws/karpenter-provider-aws#9011).
      const held: [number, number] = random.chance(0.2) ? [400, 900] : [1, 90];
      after(30, 180, () => isTakenAway(script, node, held));
    });
}

/** One after the other: emptied, then a new image under the same name, or another Node in its place. */
function upgrade(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  const upgradeNext = (left: readonly SimNode[]): void => {
    const [node, ...others] = left;
    if (!node) return;
    const goesOn = () => after(5, 60, () => upgradeNext(others));
    plane.cordon(node);
    after(10, 90, () => {
      const how = random.pick(["same Node", "Node anew", "gone"] as const);
      if (how === "gone") {
        isTakenAway(script, node, [1, 60]);
        return goesOn();
      }
      const off = () => {
        if (how === "Node anew") after(0, 30, () => plane.removeNode(node));
        after(40, 150, () => {
          if (how === "same Node") {
            machineBoots(plane, node);
            uncordonsWhenReady(script, node);
          } else arrives(plane, node, { toReadyMs: random.between(5_000, 90_000) });
          plane.when(() => isWhole(node), goesOn);
        });
      };
      if (random.chance(0.6)) shutsDown(plane, node, off);
      else {
        machineDies(plane, node);
        off();
      }
    });
  };
  at(0, () => upgradeNext(nodes));
}

/** `maxSurge: 10%`: the new pod is ready before the old one goes, some nodes at a time. */
function rollout(app: "ping" | "pong") {
  return ({ plane, random, nodes, at }: Script): void => {
    const atOnce = Math.max(1, Math.floor(nodes.length / 10));
    const queue = [...nodes];
    const next = (): void => {
      const node = queue.shift();
      const old = node && [...node.pods].find((pod) => pod.app === app);
      if (!old) return;
      const pod = createPod(plane, node, app);
      plane.when(
        () => pod.ready,
        () => plane.soon(100, 2_000, () => deletePod(plane, old)),
      );
      plane.when(() => !old.there, next);
    };
    for (let worker = 0; worker < atOnce; worker += 1) at(random.between(0, 2), next);
  };
}

function spotWithTaint(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 30), () => {
      plane.taint(node, random.pick(SPOT_TAINTS), "NoSchedule");
      if (random.chance(0.5)) plane.cordon(node);
      after(15, 120, () => isTakenAway(script, node, [20, 200]));
    });
}

/** The kubelet is told to shut down (GKE's spot nodes; systemd): nobody cordons, and it goes or comes back. */
function orderlyShutdown(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 30), () =>
      shutsDown(plane, node, () => {
        if (random.chance(0.5)) after(20, 300, () => plane.removeNode(node));
        else after(20, 300, () => machineBoots(plane, node));
      }),
    );
}

function scaleUp(low: number, high: number) {
  return ({ plane, random, nodes, at }: Script): void => {
    for (const node of nodes)
      at(random.between(0, 20), () =>
        arrives(plane, node, {
          toReadyMs: random.between(low, high),
          registeredEarly: random.chance(0.15),
          rebootsOnce: random.chance(0.1),
        }),
      );
  };
}

/** Before its clock is set, a machine writes times that are minutes or hours off. */
function scaleUpBeforeTimeIsSet(script: Script): void {
  for (const node of script.nodes)
    node.clockAheadMs = script.random.pick([-3_600_000, -90_000, -15_000, 15_000, 90_000]);
  scaleUp(60_000, 200_000)(script);
}

function kubeletRestart({ plane, random, nodes, at, after }: Script): void {
  for (const node of nodes)
    at(random.between(0, 60), () => {
      kubeletDies(plane, node);
      after(1, 20, () => kubeletStarts(plane, node));
    });
}

/** The CNI's pod is replaced: NotReady for some seconds, and running pods notice nothing. */
function networkPluginRestart({ plane, random, nodes, at, after }: Script): void {
  const why = "container runtime network not ready: cni plugin not initialized";
  for (const node of nodes)
    at(random.between(0, 120), () => {
      plane.kubeletSays(node, "False", "KubeletNotReady", why);
      after(3, 40, () => plane.kubeletSays(node, "True"));
    });
}

/** A control plane whose clock jumps, or that loses its nodes, calls all of them Unknown (kubernetes/kubernetes#108844). */
function allUnknownForAMoment({ plane, random, nodes, at }: Script): void {
  for (const node of nodes)
    at(0, () => {
      plane.beatsStop(node);
      const back = random.between(56, 75);
      plane.timeline.after(1_000 * back, () => {
        plane.beatsAgain(node);
        plane.kubeletSays(node, "True");
        for (const pod of node.pods) plane.soon(500, 15_000, () => plane.callReady(pod, true));
      });
    });
}

/** `kubectl delete node`, or a controller that announces nothing: its pods answer on for a while. */
function nodeDeleted({ plane, random, nodes, at, after }: Script): void {
  for (const node of nodes)
    at(random.between(0, 60), () => {
      plane.removeNode(node);
      after(5, 120, () => machineDies(plane, node));
    });
}

/** What people, autoscalers and clouds announce, and what passes by itself: nothing of it may alarm. */
export const PLANNED_CHANGES: readonly ChangeScene[] = [
  { name: "drain", sizes: SIZES, about: "some", rounds: 10, play: drain },
  { name: "cordon", sizes: WITH_ONE, about: "some", rounds: 8, play: cordon },
  {
    name: "reboot under a cordon",
    sizes: WITH_ONE,
    about: "some",
    rounds: 14,
    play: rebootUnderCordon,
  },
  { name: "scale-down", sizes: SIZES, about: "some", rounds: 12, play: scaleDown },
  { name: "disruption by Karpenter", sizes: SIZES, about: "some", rounds: 16, play: disruption },
  { name: "managed upgrade", sizes: SIZES, about: "some", rounds: 20, play: upgrade },
  { name: "rollout of ping", sizes: WITH_ONE, about: "all", rounds: 8, play: rollout("ping") },
  { name: "rollout of pong", sizes: WITH_ONE, about: "all", rounds: 8, play: rollout("pong") },
  { name: "spot with a taint", sizes: SIZES, about: "some", rounds: 9, play: spotWithTaint },
  { name: "orderly shutdown", sizes: SIZES, about: "some", rounds: 12, play: orderlyShutdown },
  {
    name: "scale-up, 90 s",
    sizes: WITH_ONE,
    about: "new",
    rounds: 7,
    play: scaleUp(60_000, 120_000),
  },
  {
    name: "scale-up, 300 s",
    sizes: WITH_ONE,
    about: "new",
    rounds: 11,
    play: scaleUp(240_000, 330_000),
  },
  {
    name: "scale-up, clocks apart",
    sizes: SIZES,
    about: "new",
    rounds: 9,
    play: scaleUpBeforeTimeIsSet,
  },
  { name: "kubelet restart", sizes: WITH_ONE, about: "some", rounds: 6, play: kubeletRestart },
  {
    name: "network plugin restart",
    sizes: WITH_ONE,
    about: "some",
    rounds: 7,
    play: networkPluginRestart,
  },
  {
    name: "all Unknown for a moment",
    sizes: WITH_ONE,
    about: "all",
    rounds: 6,
    play: allUnknownForAMoment,
  },
  { name: "node deleted", sizes: SIZES, about: "some", rounds: 7, play: nodeDeleted },
];
