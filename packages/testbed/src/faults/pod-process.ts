import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { waitForStore } from "../kubernetes/wait-for-store.ts";
import type { Lab } from "../namespaces/lab.ts";
import type { LabPod } from "../namespaces/nodes/lab-node.ts";
import type { FaultKind } from "./fault.ts";
import type { NODE } from "./parameters.ts";

/** A node's agent or pong, whichever pod that is by now. */
export interface Process {
  readonly node: string;
  readonly workload: Workload;
}

const deadName = ({ node, workload }: Process) => `${workload} of ${node}: dead`;
const hungName = ({ node, workload }: Process) => `${workload} of ${node}: hung`;

const podOf = (lab: Lab, { node, workload }: Process): LabPod | undefined =>
  lab.find(node)?.pods[workload];

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

/** The parts that faults of one node's agent or pong have in common. */
type Part = Pick<FaultKind<typeof NODE>, "thing" | "break" | "recovers">;

/** The process is killed for as long as the fault lasts. When it is `unnoticed`, Kubernetes shows the pod as before. */
export const killed = (workload: Workload, unnoticed = false): Part => ({
  thing: ({ node }) => deadName({ node, workload }),
  async break(lab, { node }, undo) {
    const process = { node, workload };
    const pod = lab.node(node).pods[workload];
    undo.defer(async () => {
      const found = podOf(lab, process);
      await found?.start();
      if (lab.broken.has(hungName(process))) found?.freeze();
    });
    await (unnoticed ? pod.killUnnoticed() : pod.kill());
    await lab.kubeProxy.settled();
  },
  recovers: workload,
});

/** The process is stopped for as long as the fault lasts. */
export const frozen = (workload: Workload): Part => ({
  thing: ({ node }) => hungName({ node, workload }),
  async break(lab, { node }, undo) {
    const pod = lab.node(node).pods[workload];
    undo.defer(() => podOf(lab, { node, workload })?.thaw());
    pod.freeze();
  },
  recovers: workload,
});

/** The process is stopped for a moment again and again, for as long as the fault lasts. */
export const slowed = (workload: Workload): Part => ({
  thing: ({ node }) => `${workload} of ${node}: slow`,
  async break(lab, { node }, undo) {
    const process = { node, workload };
    lab.node(node);
    const unlessHung = (act: "freeze" | "thaw") => () => {
      if (!lab.broken.has(hungName(process))) podOf(lab, process)?.[act]();
    };
    undo.defer(stopAndGo(unlessHung("freeze"), unlessHung("thaw")));
  },
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
