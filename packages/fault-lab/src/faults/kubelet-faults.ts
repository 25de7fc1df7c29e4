import { Type } from "typebox";
import { faultKind } from "./fault.ts";
import { nodeOf } from "./node-of.ts";
import { NodeParameter } from "./parameters.ts";

export const kubeletDown = faultKind({
  summary: "a node's kubelet is down: nothing listens on its port",
  parameters: Type.Object({ node: NodeParameter }),
  apply: (lab, { node }, id) =>
    lab.broken.hold(`kubelet of ${node}: down`, id, async (undo) => {
      const broken = lab.node(node);
      undo.defer(() => nodeOf(lab, node)?.startKubelet());
      await broken.killKubelet();
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: ({ node }) => ({
    onRow: ({ check, to }) =>
      check === "tcp" && to.node === node ? { reasons: ["connection_refused"], sure: true } : null,
  }),
});
