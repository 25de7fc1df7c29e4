import type { SimNode } from "../kubernetes/control-plane.ts";
import {
  arrives,
  isWhole,
  kubeletDies,
  kubeletStarts,
  machineBoots,
  machineDies,
  podsDie,
  shutsDown,
} from "../kubernetes/machines.ts";
import { deletePod } from "../kubernetes/node-pods.ts";
import type { ChangeScene, Script, Trouble } from "./script.ts";

const SIZES = [3, 5, 12, 50] as const;

/** When and how what is wrong with a dead node ends. */
function end(script: Script, node: SimNode, trouble: Trouble): void {
  const { plane, random, after } = script;
  const how = random.pick(["stays", "cordoned", "deleted", "back"] as const);
  if (how === "cordoned")
    after(100, 400, () => {
      plane.cordon(node);
      script.ends(trouble);
    });
  if (how === "deleted")
    after(100, 400, () => {
      plane.removeNode(node);
      script.ends(trouble);
    });
  if (how === "back") after(100, 400, () => comesBack(script, node, trouble));
}

function comesBack(script: Script, node: SimNode, trouble: Trouble): void {
  script.eases(trouble);
  machineBoots(script.plane, node);
  script.plane.when(
    () => isWhole(node),
    () => script.ends(trouble),
  );
}

function spotWithoutTaint(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 60), () => {
      machineDies(plane, node);
      const trouble = script.begins("node-down", [node]);
      after(60, 400, () => {
        plane.removeNode(node);
        script.ends(trouble);
      });
    });
}

function rebootWithoutCordon(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 60), () => {
      machineDies(plane, node);
      const trouble = script.begins("node-down", [node]);
      after(60, 300, () => comesBack(script, node, trouble));
    });
}

/** It dies again and again; `lives` are the seconds for which it is up. */
function crashLoop({ withPods }: { withPods: boolean }) {
  return (script: Script): void => {
    const { plane, random, nodes, at, after } = script;
    const [node] = nodes as [SimNode];
    const crash = (left: number): void => {
      kubeletDies(plane, node);
      if (withPods) podsDie(node);
      const trouble = script.begins("unwell", [node], 3);
      after(70, 200, () => {
        script.eases(trouble);
        kubeletStarts(plane, node);
        if (left > 0) {
          after(15, 90, () => {
            script.ends(trouble);
            crash(left - 1);
          });
          return;
        }
        plane.when(
          () => isWhole(node),
          () => script.ends(trouble),
        );
      });
    };
    at(random.between(0, 60), () => crash(2 + random.int(3)));
  };
}

/** A kernel that panics some minutes after each boot. */
function bootLoop(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  const [node] = nodes as [SimNode];
  const crash = (left: number): void => {
    machineDies(plane, node);
    const trouble = script.begins("node-down", [node], 3);
    after(70, 150, () => {
      script.eases(trouble);
      machineBoots(plane, node);
      if (left > 0)
        after(60, 150, () => {
          script.ends(trouble);
          crash(left - 1);
        });
      else
        plane.when(
          () => isWhole(node),
          () => script.ends(trouble),
        );
    });
  };
  at(random.between(0, 60), () => crash(2 + random.int(3)));
}

function nodeDies(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 60), () => {
      machineDies(plane, node);
      end(script, node, script.begins("node-down", [node]));
      // Where pods do not tolerate an unreachable node for ever, they are told to go; nobody confirms.
      if (random.chance(0.3))
        after(320, 400, () => {
          for (const pod of node.pods) deletePod(plane, pod);
        });
    });
}

function zoneDies(script: Script): void {
  const { plane, random, nodes, at } = script;
  at(random.between(0, 40), () => {
    const takes = random.pick([0, 15_000]);
    for (const node of nodes) plane.soon(0, takes, () => machineDies(plane, node));
    plane.timeline.after(takes + 1, () => script.begins("group"));
    if (takes > 0) {
      const dying = script.begins("group");
      script.eases(dying);
      plane.timeline.after(takes + 1, () => script.ends(dying));
    }
  });
}

/** More than half: whether they died or are cut off together cannot be told from the others. */
function mostDie(script: Script): void {
  const { plane, random, nodes, at } = script;
  for (const node of nodes) at(random.between(0, 20), () => machineDies(plane, node));
  at(0, () => {
    const dying = script.begins("named");
    script.eases(dying);
    at(20, () => {
      script.ends(dying);
      script.begins("named");
    });
  });
}

function kubeletAlone(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 60), () => {
      kubeletDies(plane, node);
      const trouble = script.begins("unwell", [node]);
      const how = random.pick(["stays", "cordoned", "back"] as const);
      if (how === "cordoned")
        after(150, 350, () => {
          plane.cordon(node);
          script.ends(trouble);
        });
      if (how === "back")
        after(150, 350, () => {
          script.eases(trouble);
          kubeletStarts(plane, node);
          plane.when(
            () => isWhole(node),
            () => script.ends(trouble),
          );
        });
    });
}

/** The cloud says minutes later that it is switched off (kubernetes-sigs/cloud-provider-azure#4522): planned from then on. */
function switchedOff(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 60), () => {
      machineDies(plane, node);
      const trouble = script.begins("node-down", [node]);
      after(60, 450, () => {
        plane.taint(node, "node.cloudprovider.kubernetes.io/shutdown", "NoSchedule");
        script.ends(trouble);
      });
    });
}

/** Cordoned, it died; then somebody says that it serves again. */
function uncordonedWhileDead(script: Script): void {
  const { plane, nodes, at, after } = script;
  for (const node of nodes)
    at(0, () => {
      plane.cordon(node);
      after(5, 30, () => machineDies(plane, node));
      after(100, 200, () => {
        plane.cordon(node, false);
        script.begins("node-down", [node]);
      });
    });
}

const TEN_MINUTES = 600;

/** Its network never comes up: starting, for ten minutes. */
function neverReady(script: Script): void {
  const { plane, nodes, at } = script;
  at(0, () => {
    for (const node of nodes) arrives(plane, node, { toReadyMs: 10_000_000 });
  });
  // A timer's second more or less is nobody's fault.
  at(TEN_MINUTES + 5, () => {
    for (const node of nodes) script.begins("unwell", [node]);
  });
}

/** An orderly shutdown that nothing follows. */
function shutDownForGood(script: Script): void {
  const { plane, nodes, at } = script;
  for (const node of nodes)
    at(0, () => {
      shutsDown(plane, node);
    });
  const early: Trouble[] = [];
  at(TEN_MINUTES - 5, () => {
    for (const node of nodes) {
      const trouble = script.begins("unwell", [node]);
      script.eases(trouble);
      early.push(trouble);
    }
  });
  at(TEN_MINUTES + 5, () => {
    for (const trouble of early) script.ends(trouble);
    for (const node of nodes) script.begins("unwell", [node]);
  });
}

/** It reboots under a cordon and is back, but its pods are not: no network for them. */
function backWithoutPods(script: Script): void {
  const { plane, random, nodes, at, after } = script;
  for (const node of nodes)
    at(random.between(0, 30), () => {
      plane.cordon(node);
      machineDies(plane, node);
      after(30, 120, () => {
        node.machine = true;
        node.network = true;
        kubeletStarts(plane, node);
        plane.when(
          () => node.beating && node.api?.ready?.status === "True",
          () => {
            node.network = false;
            plane.cordon(node, false);
            after(0, 1, () => {
              const told = script.begins("unwell", [node]);
              script.eases(told);
              after(125, 126, () => {
                script.ends(told);
                script.begins("unwell", [node]);
              });
            });
          },
        );
      });
    });
}

/** What nobody announced: an alarm as long as it is so, and no longer. */
export const UNANNOUNCED_CHANGES: readonly ChangeScene[] = [
  { name: "spot without a taint", sizes: SIZES, about: "some", rounds: 12, play: spotWithoutTaint },
  {
    name: "reboot without a cordon",
    sizes: SIZES,
    about: "some",
    rounds: 11,
    play: rebootWithoutCordon,
  },
  {
    name: "crash-looping kubelet",
    sizes: [1, ...SIZES],
    about: "one",
    rounds: 22,
    play: crashLoop({ withPods: false }),
  },
  {
    name: "crash-looping kubelet and pods",
    sizes: SIZES,
    about: "one",
    rounds: 22,
    play: crashLoop({ withPods: true }),
  },
  { name: "boot loop", sizes: SIZES, about: "one", rounds: 22, play: bootLoop },
  { name: "node dies", sizes: SIZES, about: "some", rounds: 13, play: nodeDies },
  { name: "zone dies", sizes: [12, 30], about: "zone", rounds: 8, play: zoneDies },
  { name: "most nodes die", sizes: [12], about: "most", rounds: 8, play: mostDie },
  {
    name: "kubelet dies",
    sizes: [1, ...SIZES],
    about: "some",
    rounds: 11,
    play: kubeletAlone,
  },
  { name: "switched off", sizes: SIZES, about: "some", rounds: 13, play: switchedOff },
  {
    name: "uncordoned while dead",
    sizes: SIZES,
    about: "some",
    rounds: 8,
    play: uncordonedWhileDead,
  },
  { name: "never Ready", sizes: SIZES, about: "new", rounds: 15, play: neverReady },
  { name: "shut down for good", sizes: SIZES, about: "some", rounds: 15, play: shutDownForGood },
  { name: "back without its pods", sizes: SIZES, about: "one", rounds: 12, play: backWithoutPods },
];
