import { faultKind } from "./fault.ts";
import { NODE } from "./parameters.ts";

export const kubeletDown = faultKind({
  summary:
    "a node's kubelet is down: nothing listens on its port, and Kubernetes misses its heartbeats",
  parameters: NODE,
  thing: ({ node }) => `kubelet of ${node}: down`,
  async break(lab, { node }, undo) {
    const broken = lab.node(node);
    undo.defer(() => lab.find(node)?.startKubelet());
    await broken.killKubelet();
  },
  // Once Kubernetes has noticed it calls the node's pods not ready, and its NodePort leads to none of them.
  effect: ({ node }) => ({
    onRow({ check, to }) {
      if (to.node !== node) return null;
      if (check === "tcp") return { reasons: ["connection_refused"], sure: true };
      return check === "nodeport" ? { reasons: ["connect_timeout"], sure: false } : null;
    },
    // netChecker knows no other program on that port, so that it names no cause.
    findings: [{ kind: "undetermined", nodes: [node] }],
  }),
});
