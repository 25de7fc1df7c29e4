import type { Answers } from "./answers/answers.ts";
import type { OldRounds } from "./old-rounds.ts";
import type { Served } from "./served.ts";
import type { SharedWork } from "./shared-work.ts";

/** What routes answer from, and what bounds all of them together. */
export interface Api extends Served {
  readonly answers: Answers;
  readonly oldRounds: OldRounds;
  /** For answers that are made from many rounds. */
  readonly work: SharedWork;
}
