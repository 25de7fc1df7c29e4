import { BUNDLES } from "../services/bundles.ts";
import { Child } from "../services/child-process.ts";
import type { Lab } from "../namespaces/lab.ts";
import { createPodNetwork } from "../namespaces/network/node-network.ts";
import type { LabNode } from "../namespaces/nodes/lab-node.ts";
import { manifestEnvironment } from "../namespaces/nodes/manifest-environment.ts";
import { faultKind } from "./fault.ts";
import { NODE } from "./parameters.ts";
import type { Undo } from "./undo.ts";

/** A CNI that gave an address twice: of two pods that have it, the other one answers. */
export const wrongAnswerer = faultKind({
  summary: "two pods have one address: pong's is answered by a pod that Kubernetes does not show",
  parameters: NODE,
  thing: ({ node: name }) => `pong of ${name}: address`,
  async break(lab, { node: name }, undo) {
    const node = lab.node(name);
    const { pong } = node.pods;
    // Last of all, when the twin is gone: until then anyone who asks may learn its address anew.
    undo.defer(async () => {
      if (lab.find(name) === node) await forgetNeighbours(node);
    });
    await startTwin(lab, node, undo);
    // Where the pod or its node is gone, so is what was changed there.
    undo.defer(() =>
      pong.network.run("ip link set eth0 arp on\n").then(
        () => {},
        () => {},
      ),
    );
    // It stays where it is and does not answer who asks for its address.
    if (pong.exists) await pong.network.run("ip link set eth0 arp off\n");
    await forgetNeighbours(node);
  },
  recovers: "pong",
  effect: ({ node }) => ({
    onRow: ({ check, to }) =>
      check === "echo" && to.node === node ? { reasons: ["wrong_responder"], sure: true } : null,
    findings: [{ kind: "wrong-answerer", nodes: [node] }],
  }),
});

/** A pong with another name and the same address, on the node's bridge. */
async function startTwin(lab: Lab, node: LabNode, undo: Undo): Promise<void> {
  const { folder } = lab.options;
  const { ip, name: podName } = node.pods.pong;
  const name = `${node.name}.twin`;
  const network = await createPodNetwork(node, { name, ip, port: "twin", logFolder: folder });
  undo.remove(() => network.remove());
  const twin = await Child.started(
    {
      within: network.within,
      file: process.execPath,
      args: [BUNDLES.pong],
      env: manifestEnvironment("pong", { name: `${podName}-twin`, node: node.name, ip }),
      logFile: `${folder}/${node.name}.twin.log`,
    },
    "the second pong did not start",
  );
  undo.remove(async () => void (await twin.end(500)));
}

async function forgetNeighbours({ namespace, pods }: LabNode): Promise<void> {
  await namespace.run("ip neighbour flush dev cni0\n");
  await pods.ping.network.run("ip neighbour flush dev eth0\n").catch(() => {});
}
