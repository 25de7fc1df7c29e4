import type { PlannedWhy } from "@netchecker/contract";

/** The decisions that leave a whole node out, in words. A node that is starting is not left out. */
export const LEFT_OUT_WORDS: Partial<Readonly<Record<PlannedWhy, string>>> = {
  node_cordoned: "cordoned",
  node_deleting: "being deleted",
  node_leaving: "announced to be taken away",
  node_shutting_down: "shutting down in good order",
  node_gone: "gone during the round",
};
