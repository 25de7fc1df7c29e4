import type { LocalNode } from "./local-node.ts";
import { cordon, NOT_READY_MESSAGES, uncordon } from "../kubernetes/objects/node-object.ts";

/** One way to break a node, and to heal it again. */
interface Break {
  apply(node: LocalNode): Promise<unknown> | void;
  heal(node: LocalNode): Promise<unknown> | void;
  /** Whether the API server's objects show it; true where they never will, or only as long after as Kubernetes takes to notice. */
  shown(node: LocalNode): boolean;
  /** Whether the API server's objects show that it is healed. */
  healed(node: LocalNode): boolean;
}

const pongReady = ({ pods }: LocalNode) => pods.pong.ready;
const pingReady = ({ pods }: LocalNode) => pods.ping.ready;
const nodeReady = ({ readiness }: LocalNode) => readiness === "True";
const allReady = (node: LocalNode) => nodeReady(node) && pongReady(node) && pingReady(node);

/** Every way to break a node. */
export const BREAKS = {
  /** pong's process is gone. */
  "pong-down": {
    apply: ({ pods }) => pods.pong.kill(),
    heal: ({ pods }) => pods.pong.start(),
    shown: (node) => !pongReady(node),
    healed: pongReady,
  },
  /** pong's process is stopped: the kernel accepts, nothing ever answers. */
  "pong-hung": {
    apply: ({ pods }) => pods.pong.freeze(),
    heal: ({ pods }) => pods.pong.thaw(),
    shown: (node) => !pongReady(node),
    healed: pongReady,
  },
  /** ping's process is gone. */
  "ping-down": {
    apply: ({ pods }) => pods.ping.kill(),
    heal: ({ pods }) => pods.ping.start(),
    shown: (node) => !pingReady(node),
    healed: pingReady,
  },
  /** ping has no way to Redis, while its pong lives. */
  "ping-silent": {
    apply: ({ redisLink }) => redisLink.close(),
    heal: ({ redisLink }) => redisLink.open(),
    shown: () => true,
    healed: pingReady,
  },
  /** The node is dead: connects to it and its pods go unanswered. Kubernetes notices when it has missed its heartbeats. */
  "node-dead": {
    apply: (node) => node.die(),
    heal: (node) => node.boot(),
    shown: () => true,
    healed: allReady,
  },
  /** The kubelet's process is gone: its port refuses, its heartbeats stay away; the node's pods live. */
  "kubelet-dead": {
    apply: ({ kubelet }) => kubelet.stop(),
    heal: (node) => node.startKubelet(),
    shown: () => true,
    healed: allReady,
  },
  /** The kubelet dies and comes back again and again, each time for longer than Kubernetes waits. */
  "kubelet-flapping": {
    apply: (node) => node.flap(),
    heal: (node) => node.stopFlapping(),
    shown: () => true,
    healed: allReady,
  },
  /** The kubelet says that its node is not ready; its processes live. */
  "not-ready": {
    apply: (node) => node.say(NOT_READY_MESSAGES.network),
    heal: (node) => node.say(null),
    shown: (node) => node.readiness === "False",
    healed: nodeReady,
  },
  /** The node takes no new pods; its processes live. */
  cordoned: {
    apply: (node) => node.update(cordon),
    heal: (node) => node.update(uncordon),
    shown: () => true,
    healed: () => true,
  },
} as const satisfies Record<string, Break>;

export type BreakKind = keyof typeof BREAKS;

export const BREAK_KINDS = Object.keys(BREAKS) as BreakKind[];

/** What breaks where. */
export interface NodeBreak {
  readonly node: string;
  readonly kind: BreakKind;
}
