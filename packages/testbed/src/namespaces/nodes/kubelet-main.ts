/**
 * A process of its own in a node's namespace: the node's kubelet. It hears of its pods from its parent, and tells it of
 * their readiness; whatever it tells, and its heartbeat, needs a way from here to the API server.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Kubelet, type ProbedPod } from "../../kubernetes/kubelet.ts";
import { ApiLink } from "./api-link.ts";
import type { FromKubelet, PodNews, ToKubelet } from "./kubelet-process.ts";

/** As often within a heartbeat's period what went unanswered is sent again. */
const TRIES = 10;

const [, , node, host, apiHost, apiPort, heartbeat] = process.argv as string[];
const heartbeatMs = Number(heartbeat);
const link = new ApiLink(
  node!,
  { host: apiHost!, port: Number(apiPort) },
  Math.max(20, heartbeatMs / TRIES),
);
const tell = (message: FromKubelet) => process.send!(message);
let probing = true;

class Pod implements ProbedPod {
  readonly #name: string;
  readonly ip: string;
  exists = true;
  running = true;
  ready = false;
  #toTell: boolean | null = null;

  constructor(name: string, ip: string) {
    this.#name = name;
    this.ip = ip;
  }

  setReady(ready: boolean): void {
    if (!probing) return;
    this.ready = ready;
    const isOnItsWay = this.#toTell !== null;
    this.#toTell = ready;
    if (!isOnItsWay) void this.#tell();
  }

  async #tell(): Promise<void> {
    await link.exchange();
    tell({ pod: this.#name, ready: this.#toTell! });
    this.#toTell = null;
  }
}

const pods = new Map<string, Pod>();
const kubelet = new Kubelet([host!], heartbeatMs);

function hearOf({ pod: name, ip, running, ready }: PodNews): void {
  let pod = pods.get(name);
  if (!pod && ip !== null) {
    pod = new Pod(name, ip);
    pods.set(name, pod);
    kubelet.watch(pod);
  }
  if (!pod) return;
  Object.assign(pod, { exists: ip !== null, running, ready });
  if (ip === null) pods.delete(name);
}

process.on("message", (news: ToKubelet) => {
  if ("probing" in news) probing = news.probing;
  else hearOf(news);
});
process.once("disconnect", () => process.exit());
await kubelet.start();
await link.open(host!);
tell({ listening: true });
for (;;) {
  await link.exchange();
  await sleep(heartbeatMs);
}
