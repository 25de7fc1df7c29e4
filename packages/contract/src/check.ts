import { Type } from "typebox";
import { ECHO_PATH } from "./pong-protocol.ts";

/** The types of targets: a pong pod, a node, the pong service, something outside the cluster. */
export const TARGET_TYPES = ["pod", "node", "service", "external"] as const;
export type TargetType = (typeof TARGET_TYPES)[number];
export const TargetTypeSchema = Type.Enum(TARGET_TYPES);

interface CheckDescription {
  readonly type: TargetType;
  /** The check in the dashboard: "pod echo: connection refused". */
  readonly words: string;
  /** What `--probe` takes to repeat the check by hand; null if it cannot repeat it. */
  readonly byHand: (address: string, name: string) => string | null;
}

const echoUrl = (address: string) => `http://${address}${ECHO_PATH}`;
const tcpUrl = (address: string) => `tcp://${address}`;

/**
 * All checks. One entry of a target list is one check of one address. Every other list of checks
 * derives from this one.
 */
const DESCRIPTIONS = {
  echo: { type: "pod", words: "pod echo", byHand: echoUrl },
  tcp: { type: "node", words: "node TCP", byHand: tcpUrl },
  nodeport: { type: "node", words: "NodePort", byHand: echoUrl },
  clusterip: { type: "service", words: "ClusterIP", byHand: echoUrl },
  dns: { type: "service", words: "DNS", byHand: (_, name) => `dns://${name}` },
  connect: { type: "external", words: "connect", byHand: tcpUrl },
  http: { type: "external", words: "HTTP", byHand: (address) => address },
} as const satisfies Record<string, CheckDescription>;

export type Check = keyof typeof DESCRIPTIONS;

const ALL_CHECKS = Object.keys(DESCRIPTIONS) as Check[];
export const CheckSchema = Type.Enum(ALL_CHECKS);

/** The checks of each type. */
export const CHECKS: Readonly<Record<TargetType, readonly Check[]>> = {
  pod: checksOf("pod"),
  node: checksOf("node"),
  service: checksOf("service"),
  external: checksOf("external"),
};

function checksOf(type: TargetType): readonly Check[] {
  return ALL_CHECKS.filter((check) => DESCRIPTIONS[check].type === type);
}

/** Whether a check belongs to a type. For example, `("node", "dns")` gives false. */
export function isCheckOf(type: TargetType, check: Check): boolean {
  return DESCRIPTIONS[check].type === type;
}

/** Undefined for a check that the contract does not have: a page may be older than its server. */
function describe(check: string): CheckDescription | undefined {
  return (DESCRIPTIONS as Readonly<Record<string, CheckDescription>>)[check];
}

/** A check in words. */
export function sayCheck(check: Check): string {
  return describe(check)?.words ?? check;
}

/** What `--probe` takes to repeat a check of a target by hand; null if it cannot repeat it. */
export function probeByHand(check: Check, address: string, name: string | null): string | null {
  return describe(check)?.byHand(address, name ?? address) ?? null;
}
