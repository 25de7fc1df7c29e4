import type { Static, TObject } from "typebox";
import type { Effect } from "../expect/effect.ts";
import type { Lab } from "../namespaces/lab.ts";

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

/** Keeps the parameters' type where kinds are collected in a map. */
export const faultKind = <P extends TObject>(kind: FaultKind<P>): FaultKind<P> => kind;
