import type { Static, TObject } from "typebox";
import type { Effect } from "../expect/effect.ts";
import type { Workload } from "../kubernetes/objects/pod-object.ts";
import type { Lab } from "../namespaces/lab.ts";
import { becomesReady } from "./pod-process.ts";
import type { Undo } from "./undo.ts";

/** What is broken, as it is typed, sent and stored: a kind and its parameters. */
export type FaultSpec = Readonly<{ kind: string } & Record<string, unknown>>;

/** One way to break the cluster: real packets, processes and files. It can be undone, and goes together with others. */
export interface FaultKind<P extends TObject = TObject> {
  /** For an operator who looks for it in a list. */
  readonly summary: string;
  readonly parameters: P;
  /** Resolves when it is in effect. `id` is unique: it names what is made for this fault. */
  apply(lab: Lab, parameters: Static<P>, id: string): Promise<void>;
  /** Undoes {@link apply}; also one that came half-way, or whose node is gone by now. */
  heal(lab: Lab, parameters: Static<P>, id: string): Promise<void>;
  /** What a correct product must see of it. Pure. */
  effect(parameters: Static<P>): Effect;
}

/** How a kind of fault is described. */
export interface FaultDefinition<P extends TObject> extends Pick<
  FaultKind<P>,
  "summary" | "parameters"
> {
  /**
   * Names the thing that it breaks. A thing that several faults break is broken once, and mended when all of them are healed.
   * Default: a thing of its own.
   */
  thing?(parameters: Static<P>): string;
  /** Breaks the thing, and says before each step how to undo it. */
  break(lab: Lab, parameters: Static<P>, undo: Undo, id: string): Promise<void>;
  /** Healing waits until this pod of the fault's node is ready, unless another fault keeps it from that. */
  readonly recovers?: Workload;
  /** See {@link FaultKind.effect}. Default: a correct product sees nothing. */
  effect?(parameters: Static<P>): Effect;
}

export const faultKind = <P extends TObject>(definition: FaultDefinition<P>): FaultKind<P> => ({
  summary: definition.summary,
  parameters: definition.parameters,
  effect: (parameters) => definition.effect?.(parameters) ?? {},
  apply: (lab, parameters, id) =>
    lab.broken.hold(definition.thing?.(parameters) ?? id, id, (undo) =>
      definition.break(lab, parameters, undo, id),
    ),
  async heal(lab, parameters, id) {
    await lab.broken.release(id);
    const { recovers: workload } = definition;
    const { node } = parameters as { node?: string };
    if (workload && node !== undefined) await becomesReady(lab, { node, workload });
  },
});
