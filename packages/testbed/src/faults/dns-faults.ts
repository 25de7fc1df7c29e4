import { Type } from "typebox";
import { CLUSTER_IP } from "../namespaces/network/addresses.ts";
import { TestbedError } from "../testbed-error.ts";
import { faultKind, noNewRedisConnection } from "./fault.ts";
import { NOTHING } from "./parameters.ts";

/** What one attempt waits for an answer, and how near to that it is left to chance who is first. */
const PROBE_TIMEOUT_MS = 1_000;
const NEAR_MS = 250;

/** Faults of the cluster's DNS server. Who dials Redis anew looks its name up first. */
export const DNS_FAULTS = {
  "dns-down": faultKind({
    summary: "the cluster's DNS server is down",
    parameters: NOTHING,
    thing: () => "DNS server",
    async break(lab, _, undo) {
      undo.defer(() => lab.dns.start());
      await lab.dns.stop();
    },
    effect: () => ({
      onLeg: noNewRedisConnection,
      onRow: ({ check }) => (check === "dns" ? { reasons: ["dns_failure"], sure: true } : null),
      findings: [{ kind: "dns", nodes: [] }],
    }),
  }),
  "dns-slow": faultKind({
    summary: "the cluster's DNS server answers late",
    parameters: Type.Object({
      delayMs: Type.Integer({
        minimum: 1,
        maximum: 60_000,
        default: 3_000,
        description: "before each answer, milliseconds; ping waits 1000",
      }),
    }),
    thing: ({ delayMs }) => `DNS server's delay of ${delayMs} ms`,
    async break(lab, { delayMs }, undo) {
      lab.dns.delayMs += delayMs;
      undo.defer(() => void (lab.dns.delayMs -= delayMs));
    },
    effect: ({ delayMs }) => ({
      ...(delayMs > PROBE_TIMEOUT_MS - NEAR_MS && { onLeg: noNewRedisConnection }),
      onRow: ({ check }) =>
        check !== "dns" || delayMs < PROBE_TIMEOUT_MS - NEAR_MS
          ? null
          : { reasons: ["dns_failure"], sure: delayMs > PROBE_TIMEOUT_MS + NEAR_MS },
      ...(delayMs > PROBE_TIMEOUT_MS + NEAR_MS && { findings: [{ kind: "dns", nodes: [] }] }),
    }),
  }),
  "dns-wrong": faultKind({
    summary: "the cluster's DNS server answers with a wrong address",
    parameters: Type.Object({
      address: Type.String({
        pattern: String.raw`^(\d{1,3}\.){3}\d{1,3}$`,
        default: "10.96.0.99",
        description: "what it answers for every name of the cluster: an IPv4 address",
      }),
    }),
    thing: ({ address }) => `DNS server's answer ${address}`,
    async break(lab, { address }, undo) {
      const { wrongAddress } = lab.dns;
      if (wrongAddress !== null)
        throw new TestbedError(`DNS answers ${wrongAddress} already; heal that before`);
      undo.defer(() => void (lab.dns.wrongAddress = null));
      lab.dns.wrongAddress = address;
    },
    effect: ({ address }) => ({
      onLeg: noNewRedisConnection,
      onRow: ({ check }) =>
        check === "dns" && address !== CLUSTER_IP.pong
          ? { reasons: ["dns_mismatch"], sure: true }
          : null,
      findings: [{ kind: "dns-answer", nodes: [] }],
    }),
  }),
};
