/** What was to be written was not: this netchecker does not hold the lease (any more), so it may write nothing. */
export class LeaseLostError extends Error {
  override name = "LeaseLostError";

  constructor() {
    super("this netchecker does not hold the lease, so it writes nothing");
  }
}
