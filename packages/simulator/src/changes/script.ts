import type { ControlPlane, SimNode } from "../kubernetes/control-plane.ts";
import type { Random } from "../random.ts";

/**
 * What must be found of it. `node-down`: each of its nodes by a critical node-down. `group`: one critical finding
 * that names all of them. `named`: each by some critical one, on either side of a border. `unwell`: an alarm that
 * names the node, once two of three rounds have met it.
 */
export type TroubleKind = "node-down" | "group" | "named" | "unwell";

/** Something is wrong that nobody has planned. Times are milliseconds since 1970. */
export interface Trouble {
  readonly as: TroubleKind;
  readonly nodes: readonly SimNode[];
  readonly from: number;
  /** From here on it need not be found any more: it is on its way back. */
  easesAt: number;
  /** From here on it is over: back, planned or gone. */
  overAt: number;
  /** In how many rounds that open after its end it may still be told. */
  readonly mayLinger: number;
}

/** What a scene works with: the nodes that things happen to, and the times at which they do. */
export class Script {
  readonly plane: ControlPlane;
  readonly random: Random;
  readonly nodes: readonly SimNode[];
  readonly troubles: Trouble[] = [];
  readonly #startsAt: number;

  constructor(plane: ControlPlane, random: Random, nodes: readonly SimNode[], startsAt: number) {
    this.plane = plane;
    this.random = random;
    this.nodes = nodes;
    this.#startsAt = startsAt;
  }

  /** So many seconds after the scene begins. */
  readonly at = (seconds: number, happens: () => void): void =>
    this.plane.timeline.at(this.#startsAt + 1_000 * seconds, happens);

  /** So many seconds from now, drawn. */
  readonly after = (low: number, high: number, happens: () => void): void =>
    this.plane.soon(1_000 * low, 1_000 * high, happens);

  /** From now on. */
  begins(as: TroubleKind, nodes: readonly SimNode[] = this.nodes, mayLinger = 1): Trouble {
    const trouble = {
      as,
      nodes,
      from: this.plane.now,
      easesAt: Infinity,
      overAt: Infinity,
      mayLinger,
    };
    this.troubles.push(trouble);
    return trouble;
  }

  eases(trouble: Trouble): void {
    trouble.easesAt = Math.min(trouble.easesAt, this.plane.now);
  }

  ends(trouble: Trouble): void {
    this.eases(trouble);
    trouble.overAt = Math.min(trouble.overAt, this.plane.now);
  }
}

/** One kind of change, and how it goes. */
export interface ChangeScene {
  readonly name: string;
  /** How many nodes a cluster may have. */
  readonly sizes: readonly number[];
  /** Which nodes it is about: one to three, a zone of three, more than half, all, or so many that come. */
  readonly about: "some" | "one" | "zone" | "most" | "all" | "new";
  /** How long it is watched, rounds. */
  readonly rounds: number;
  readonly play: (script: Script) => void;
}
