/** Takes steps that break something, and says before each how it is undone. */
type Breaking = (undo: AsyncDisposableStack) => Promise<void>;

interface BrokenThing {
  /** The ids of the faults that need it broken. */
  readonly holders: Set<string>;
  readonly broken: Promise<void>;
  readonly undo: AsyncDisposableStack;
}

/** What faults have broken. What two of them break is broken once, and whole again when both are healed. */
export class BrokenThings {
  readonly #things = new Map<string, BrokenThing>();

  /** Whether anything holds it broken. */
  has(what: string): boolean {
    return this.#things.has(what);
  }

  /** Breaks `what`, unless it is broken already, and keeps it so until the fault `id` is healed. Rejects as `breaking` does. */
  async hold(what: string, id: string, breaking: Breaking): Promise<void> {
    let thing = this.#things.get(what);
    if (!thing) {
      const undo = new AsyncDisposableStack();
      thing = { holders: new Set(), broken: breaking(undo), undo };
      this.#things.set(what, thing);
    }
    thing.holders.add(id);
    await thing.broken;
  }

  /** Undoes what the fault `id` alone holds broken, the newest first; also what came half-way. */
  async release(id: string): Promise<void> {
    for (const [what, { holders, broken, undo }] of [...this.#things].toReversed()) {
      if (!holders.delete(id) || holders.size > 0) continue;
      this.#things.delete(what);
      await broken.catch(() => {});
      await undo.disposeAsync();
    }
  }
}
