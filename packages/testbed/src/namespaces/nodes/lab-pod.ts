import type { ObjectStore } from "../../kubernetes/api-server/object-store.ts";
import { LocalPod } from "../../services/pod.ts";
import type { Workload } from "../../kubernetes/objects/pod-object.ts";
import { podGateway } from "../network/addresses.ts";
import { plugIn } from "../network/fabric.ts";
import { Namespace } from "../network/namespace.ts";
import type { NodePlace } from "../network/node-network.ts";
import { manifestEnvironment, NAMESPACE } from "./manifest-environment.ts";

export interface LabPodSpec {
  readonly workload: Workload;
  readonly node: string;
  readonly hostIp: string;
  readonly ip: string;
  readonly bundle: string;
  readonly folder: string;
  readonly resolvConf: string;
}

let ports = 0;

/** A pod with a network namespace of its own, plugged into its node's bridge, and the real service in it. */
export class LabPod {
  readonly pod: LocalPod;
  readonly sandbox: Namespace;
  /** Its port on the node's bridge. */
  readonly port: string;
  /** What its process finds in its environment, from its next start on, beside what the manifests give it. */
  extraEnv: Readonly<Record<string, string>> = {};

  private constructor(store: ObjectStore, spec: LabPodSpec, sandbox: Namespace, port: string) {
    const { workload, node, ip, hostIp, bundle, folder } = spec;
    this.sandbox = sandbox;
    this.port = port;
    this.pod = new LocalPod(store, {
      workload,
      namespace: NAMESPACE,
      node,
      ip,
      hostIp,
      bundle,
      env: (name) => ({ ...manifestEnvironment(workload, { name, node, ip }), ...this.extraEnv }),
      within: sandbox.within,
      logFolder: folder,
    });
  }

  /** Makes its namespace, plugs it in and starts its process. */
  static async start(store: ObjectStore, place: NodePlace, spec: LabPodSpec): Promise<LabPod> {
    const port = `pod${(ports += 1)}`;
    const name = `${spec.node}.${spec.workload}.${port}`;
    const sandbox = await Namespace.create(name, spec.folder, spec.resolvConf);
    await plugIn(sandbox, place.namespace, { port, bridge: "cni0" });
    await sandbox.run(
      `ip address add ${spec.ip}/24 dev eth0\nip route add default via ${podGateway(place.index)}\n`,
    );
    const pod = new LabPod(store, spec, sandbox, port);
    await pod.pod.start();
    return pod;
  }

  /** Ends its process, deletes the pod, and its namespace is gone. Safe to call twice. */
  async remove(): Promise<void> {
    await this.pod.remove();
    await this.sandbox.remove();
  }
}
