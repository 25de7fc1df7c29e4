/** A testbed cannot do what was asked; the message is a sentence for its user that says what to do. */
export class TestbedError extends Error {
  override name = "TestbedError";
}
