/** The laboratory cannot do what was asked; the message is a sentence that says what to do. */
export class LabError extends Error {
  override name = "LabError";
}
