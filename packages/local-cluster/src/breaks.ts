import type { LocalNode } from "./local-node.ts";
import { cordon, setNodeReady, uncordon } from "./objects/node-object.ts";

/** One way to break a node, and to heal it again. */
interface Break {
  apply(node: LocalNode): Promise<void> | void;
  heal(node: LocalNode): Promise<void> | void;
  /** Whether the API server's objects show it; true where they never will. */
  shown(node: LocalNode): boolean;
}

/** Every way to break a node. */
export const BREAKS = {
  /** pong's process is gone. */
  "pong-down": {
    apply: ({ pods }) => pods.pong.kill(),
    heal: ({ pods }) => pods.pong.start(),
    shown: ({ pods }) => !pods.pong.ready,
  },
  /** pong's process is stopped: the kernel accepts, nothing ever answers. */
  "pong-hung": {
    apply: ({ pods }) => pods.pong.freeze(),
    heal: ({ pods }) => pods.pong.thaw(),
    shown: ({ pods }) => !pods.pong.ready,
  },
  /** ping's process is gone. */
  "ping-down": {
    apply: ({ pods }) => pods.ping.kill(),
    heal: ({ pods }) => pods.ping.start(),
    shown: ({ pods }) => !pods.ping.ready,
  },
  /** ping has no way to Redis, while its pong lives. */
  "ping-silent": {
    apply: (node) => node.cutRedis(),
    heal: (node) => node.healRedis(),
    shown: () => true,
  },
  /** The node says that it is not ready; its processes live. */
  "not-ready": {
    apply: (node) => node.update((object) => setNodeReady(object, false)),
    heal: (node) => node.update((object) => setNodeReady(object, true)),
    shown: () => true,
  },
  /** The node takes no new pods; its processes live. */
  cordoned: {
    apply: (node) => node.update(cordon),
    heal: (node) => node.update(uncordon),
    shown: () => true,
  },
} as const satisfies Record<string, Break>;

export type BreakKind = keyof typeof BREAKS;

export const BREAK_KINDS = Object.keys(BREAKS) as BreakKind[];

/** What breaks where. */
export interface NodeBreak {
  readonly node: string;
  readonly kind: BreakKind;
}
