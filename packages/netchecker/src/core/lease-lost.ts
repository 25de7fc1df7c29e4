/** A write was refused because this netchecker does not hold the lease (any more). */
export class LeaseLostError extends Error {
  override name = "LeaseLostError";

  constructor() {
    super("this netchecker does not hold the lease, so it writes nothing");
  }
}
