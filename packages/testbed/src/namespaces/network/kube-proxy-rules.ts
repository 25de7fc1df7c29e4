import type { ProxiedService, ServiceRules } from "../../kubernetes/kube-proxy.ts";
import type { Namespace } from "./namespace.ts";
import { nftTable } from "./nft.ts";

const KUBE_PROXY_TABLE = "kube-proxy";

/** What a rule set is left without, when a node's kube-proxy is at fault. */
export type KubeProxyGap = "cluster-ip" | "node-port";

interface ProxiedNode {
  readonly name: string;
  readonly ip: string;
  readonly namespace: Namespace;
}

/** The rules that kube-proxy writes on one node. */
export class NodeRules implements ServiceRules {
  /** The parts that are left out. A change takes effect when the rules are written again. */
  readonly gaps = new Set<KubeProxyGap>();
  readonly #node: ProxiedNode;
  #written = "";

  constructor(node: ProxiedNode) {
    this.#node = node;
  }

  async write(services: readonly ProxiedService[]): Promise<void> {
    const rules = kubeProxyRules(services, this.#node, this.gaps);
    if (rules === this.#written) return;
    await this.#node.namespace.run(rules);
    this.#written = rules;
  }
}

/**
 * What kube-proxy writes on one node, as lines of a shell script that replace the rules at once. A ClusterIP leads to any
 * backend, a NodePort to the node's own; without a backend a ClusterIP refuses and a NodePort drops
 * (kubernetes.io/docs/reference/networking/virtual-ips).
 */
function kubeProxyRules(
  services: readonly ProxiedService[],
  node: Pick<ProxiedNode, "name" | "ip">,
  gaps: ReadonlySet<KubeProxyGap>,
): string {
  const nat: string[] = [];
  const filter: string[] = [];
  for (const { protocol, clusterIps, port, nodePort, backends } of services) {
    if (!gaps.has("cluster-ip")) {
      const match = `ip daddr ${clusterIps[0]} ${protocol} dport ${port}`;
      if (backends.length === 0) filter.push(`${match} reject`);
      else nat.push(`${match} dnat to ${anyOf(backends.map(({ ip }) => ip))}:${backends[0]!.port}`);
    }
    if (nodePort !== null && !gaps.has("node-port")) {
      const match = `ip daddr ${node.ip} ${protocol} dport ${nodePort}`;
      const own = backends.find((backend) => backend.node === node.name);
      if (own) nat.push(`${match} dnat to ${own.ip}:${own.port}`);
      else filter.push(`${match} drop`);
    }
  }
  return nftTable(
    "ip",
    KUBE_PROXY_TABLE,
    `
  chain services {
    ${nat.join("\n    ")}
  }
  chain unserved {
    ${filter.join("\n    ")}
  }
  chain prerouting { type nat hook prerouting priority -100; jump services; }
  chain output { type nat hook output priority -100; jump services; }
  chain forward { type filter hook forward priority 0; jump unserved; }
  chain local { type filter hook output priority 0; jump unserved; }
  chain input { type filter hook input priority 0; jump unserved; }`.replaceAll("; }", ";\n  }"),
  );
}

function anyOf(ips: readonly string[]): string {
  if (ips.length === 1) return ips[0]!;
  const choices = ips.map((ip, index) => `${index} : ${ip}`).join(", ");
  return `numgen random mod ${ips.length} map { ${choices} }`;
}
