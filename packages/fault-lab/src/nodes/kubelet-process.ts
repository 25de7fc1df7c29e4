/** A process of its own in a node's namespace: the node's kubelet. It hears of its pods from its parent, and tells it of their readiness. */
import { Kubelet, type ProbedPod } from "@netchecker/local-cluster/kubelet";
import type { FromKubelet, ToKubelet } from "./kubelet-messages.ts";

const tell = (message: FromKubelet) => process.send!(message);

class Pod implements ProbedPod {
  readonly #name: string;
  readonly ip: string;
  exists = true;
  running = true;
  ready = false;

  constructor(name: string, ip: string) {
    this.#name = name;
    this.ip = ip;
  }

  setReady(ready: boolean): void {
    this.ready = ready;
    tell({ pod: this.#name, ready });
  }
}

const pods = new Map<string, Pod>();
const kubelet = new Kubelet();

process.on("message", ({ pod: name, ip, running, ready }: ToKubelet) => {
  let pod = pods.get(name);
  if (!pod && ip !== null) {
    pod = new Pod(name, ip);
    pods.set(name, pod);
    kubelet.watch(pod);
  }
  if (!pod) return;
  Object.assign(pod, { exists: ip !== null, running, ready });
  if (ip === null) pods.delete(name);
});
process.once("disconnect", () => process.exit());
await kubelet.start([process.argv[2]!]);
tell({ listening: true });
