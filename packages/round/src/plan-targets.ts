import type { Check } from "@netchecker/contract";
import {
  type ClusterView,
  endpoint,
  familyOf,
  type PodRecord,
  type ServiceRecord,
} from "./cluster-view.ts";
import type { AskedTarget, PlanSettings } from "./plan.ts";
import type { NodePlan } from "./plan-nodes.ts";

/**
 * One target for each address of each pong of a node. A node without a pong, and a pong without an address, give a
 * target without an address.
 */
export function podTargets(
  { node, pongs, plannedOf }: NodePlan,
  { pongPort }: PlanSettings,
): AskedTarget[] {
  const staying = pongs.filter(({ terminating }) => !terminating);
  const probed = staying.length > 0 ? staying : pongs;
  const target = (pong: PodRecord | null, ip: string | null): AskedTarget => ({
    check: "echo",
    name: pong?.name ?? null,
    node: node.name,
    address: ip === null ? null : endpoint(ip, pongPort),
    planned: plannedOf(pong ?? undefined),
  });
  if (probed.length === 0) return [target(null, null)];
  return probed
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((pong) =>
      pong.ips.length === 0 ? [target(pong, null)] : pong.ips.map((ip) => target(pong, ip)),
    );
}

/** The node's kubelet port and its NodePorts, at each of its addresses. */
export function nodeTargets(
  { node, planned, pongs, plannedOf }: NodePlan,
  service: ServiceRecord | null,
  { kubeletPort }: PlanSettings,
): AskedTarget[] {
  const families = new Set(service?.clusterIPs.map(familyOf));
  const nodePorts = service?.ports.flatMap(({ nodePort }) => nodePort ?? []) ?? [];
  // The NodePort leads to this node's own pongs. If all of them are planned to fail, so is the NodePort.
  const pongPlanned = pongs.every((pong) => plannedOf(pong) !== null) ? plannedOf(pongs[0]) : null;
  const target = (check: Check, ip: string | null, port: number): AskedTarget => ({
    check,
    name: node.name,
    node: node.name,
    address: ip === null ? null : endpoint(ip, port),
    planned: planned ?? (check === "nodeport" ? pongPlanned : null),
  });
  const ips = node.addresses.length === 0 ? [null] : node.addresses;
  return ips.flatMap((ip) => [
    target("tcp", ip, kubeletPort),
    ...nodePorts
      .filter(() => ip === null || families.has(familyOf(ip)))
      .map((nodePort) => target("nodeport", ip, nodePort)),
  ]);
}

/** The service's ClusterIPs and its name. */
export function serviceTargets(
  { service }: ClusterView,
  { namespace, serviceName, clusterDomain }: PlanSettings,
): AskedTarget[] {
  const common = { node: null, planned: null };
  const fqdn = `${serviceName}.${namespace}.svc.${clusterDomain}`;
  if (!service || service.clusterIPs.length === 0)
    return [
      { check: "clusterip", name: serviceName, address: null, ...common },
      { check: "dns", name: fqdn, address: null, ...common },
    ];
  return service.clusterIPs.flatMap((ip) => [
    ...service.ports.map(({ port }) => ({
      check: "clusterip" as const,
      name: service.name,
      address: endpoint(ip, port),
      ...common,
    })),
    { check: "dns" as const, name: fqdn, address: ip, ...common },
  ]);
}

/** The order of a published list; targets without an address come behind it. */
export function dialledFirst(targets: readonly AskedTarget[]): AskedTarget[] {
  return targets.toSorted((a, b) => Number(a.address === null) - Number(b.address === null));
}

export function externalTargets({ externalTargets: configured }: PlanSettings): AskedTarget[] {
  return configured.map((target) => ({
    check: target.includes("://") ? ("http" as const) : ("connect" as const),
    name: target,
    node: null,
    address: target,
    planned: null,
  }));
}
