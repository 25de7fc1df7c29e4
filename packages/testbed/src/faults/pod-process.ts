import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { waitForStore } from "../kubernetes/wait-for-store.ts";
import type { Lab } from "../namespaces/lab.ts";
import type { LabPod } from "../namespaces/nodes/lab-node.ts";
import { nodeOf } from "./node-of.ts";

/** A node's agent or pong, whichever pod that is by now. */
export interface Process {
  readonly node: string;
  readonly workload: Workload;
}

const deadName = ({ node, workload }: Process) => `${workload} of ${node}: dead`;
const hungName = ({ node, workload }: Process) => `${workload} of ${node}: hung`;

const podOf = (lab: Lab, { node, workload }: Process): LabPod | undefined =>
  nodeOf(lab, node)?.pods[workload];

const READY_WITHIN_MS = 5_000;

/**
 * Resolves when the pod is ready and every kube-proxy knows, unless a fault keeps it from that; after a while all the
 * same, because others may do so too.
 */
export async function becomesReady(lab: Lab, process: Process): Promise<void> {
  if (lab.broken.has(deadName(process)) || lab.broken.has(hungName(process))) return;
  const ready = () => podOf(lab, process)?.ready ?? true;
  const options = { timeoutMs: READY_WITHIN_MS, what: "a pod to be ready" };
  await waitForStore(lab.apiServer.store, ready, options).catch(() => {});
  await lab.kubeProxy.settled().catch(() => {});
}

/** Kills it, for as long as the fault `id` lasts; `unnoticed`, Kubernetes shows it as it was. */
export const kill = (lab: Lab, process: Process, id: string, unnoticed = false): Promise<void> =>
  lab.broken.hold(deadName(process), id, async (undo) => {
    const pod = lab.node(process.node).pods[process.workload];
    undo.defer(async () => {
      const killed = podOf(lab, process);
      await killed?.start();
      if (lab.broken.has(hungName(process))) killed?.freeze();
    });
    await (unnoticed ? pod.killUnnoticed() : pod.kill());
    await lab.kubeProxy.settled();
  });

/** Stops it where it is, for as long as the fault `id` lasts. */
export const freeze = (lab: Lab, process: Process, id: string): Promise<void> =>
  lab.broken.hold(hungName(process), id, async (undo) => {
    const pod = lab.node(process.node).pods[process.workload];
    undo.defer(() => podOf(lab, process)?.thaw());
    pod.freeze();
  });

/** Stops it for a moment, again and again, for as long as the fault `id` lasts. */
export const slow = (lab: Lab, process: Process, id: string): Promise<void> =>
  lab.broken.hold(`${process.workload} of ${process.node}: slow`, id, async (undo) => {
    lab.node(process.node);
    const unlessHung = (act: "freeze" | "thaw") => () => {
      if (!lab.broken.has(hungName(process))) podOf(lab, process)?.[act]();
    };
    undo.remove(stopAndGo(unlessHung("freeze"), unlessHung("thaw")));
  });

/** Starts it anew, unless a fault keeps it dead, with what `first` does to its process before that comes to anything. */
export async function restart(
  lab: Lab,
  process: Process,
  first: (pid: number) => void = () => {},
): Promise<void> {
  const pod = podOf(lab, process);
  if (!pod || lab.broken.has(deadName(process))) return;
  await pod.kill();
  const started = pod.start();
  if (pod.pid !== undefined) first(pod.pid);
  await started;
  if (lab.broken.has(hungName(process))) pod.freeze();
  await becomesReady(lab, process);
}

const STOPPED_MS = 250;
const GOING_MS = 100;

/** Calls `stop` and `go` by turns, at once and until what it returns is called, which makes it go. */
export function stopAndGo(stop: () => void, go: () => void): () => void {
  let timer: NodeJS.Timeout;
  const stopped = () => {
    stop();
    timer = setTimeout(going, STOPPED_MS).unref();
  };
  const going = () => {
    go();
    timer = setTimeout(stopped, GOING_MS).unref();
  };
  stopped();
  return () => {
    clearTimeout(timer);
    go();
  };
}
