type Step = () => Promise<void> | void;

/** How something that is being broken is made whole again: what is said last comes first. */
export class Undo {
  readonly #steps: { readonly step: Step; readonly removes: boolean }[] = [];

  /** Mends something that belongs to the lab. */
  defer(step: Step): void {
    this.#steps.push({ step, removes: false });
  }

  /** Takes away what does not belong there, and would be left when the lab itself is gone. */
  remove(step: Step): void {
    this.#steps.push({ step, removes: true });
  }

  /** Takes all steps, once. One that fails does not keep the others; the first failure is thrown in the end. */
  run(): Promise<void> {
    return this.#take(() => true);
  }

  /** Takes the steps that remove something: the lab ends, and nothing in it needs to work again. */
  runRemovals(): Promise<void> {
    return this.#take(({ removes }) => removes);
  }

  async #take(wanted: (entry: { readonly removes: boolean }) => boolean): Promise<void> {
    const failed: unknown[] = [];
    for (const entry of this.#steps.splice(0).toReversed()) {
      if (!wanted(entry)) continue;
      try {
        await entry.step();
      } catch (error) {
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
  }
}
