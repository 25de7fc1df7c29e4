import type { Static, TObject } from "typebox";
import { CONTROL_END, type Effect, type Leg, type Loss } from "../expect/effect.ts";
import type { Workload } from "../kubernetes/objects/pod-object.ts";
import type { Lab } from "../namespaces/lab.ts";

/** What is broken, as it is typed, sent and stored: a kind and its parameters. */
export type FaultSpec = Readonly<{ kind: string } & Record<string, unknown>>;

/** One way to break the cluster: real packets, processes and files. It can be undone, and goes together with others. */
export interface FaultKind<P extends TObject = TObject> {
  /** For an operator who looks for it in a list. */
  readonly summary: string;
  readonly parameters: P;
  /**
   * Names the thing that it breaks. A thing that several faults break is broken once, and mended when all of them are healed.
   * Default: a thing of its own.
   */
  thing?(parameters: Static<P>): string;
  /**
   * Breaks the thing, and says before each step how to undo it. Resolves when it is in effect. `id` is unique: it names what
   * is made for this fault. A node may be gone by the time when the fault is healed.
   */
  break(lab: Lab, parameters: Static<P>, undo: AsyncDisposableStack, id: string): Promise<void>;
  /** Healing waits until this pod of the fault's node is ready, unless another fault keeps it from that. */
  readonly recovers?: Workload;
  /** What a correct product must see of it. Pure. Default: nothing. */
  effect?(parameters: Static<P>): Effect;
}

/** The kind as it is given; its other parts know the type of its parameters. */
export const faultKind = <P extends TObject>(kind: FaultKind<P>): FaultKind<P> => kind;

/**
 * How it shows that an agent can make no new connection to Redis, by its leg to control: the one that stands serves on,
 * until something else breaks it.
 */
export const noNewRedisConnection = ({ to, protocol }: Leg): Loss | null =>
  to === CONTROL_END && protocol === "tcp" ? { of: "connections" } : null;
