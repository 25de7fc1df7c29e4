import { computed } from "@preact/signals";
import { lineOfNow, lineOfRound, sayShownIsOld } from "../core/first-line.ts";
import { connection, now, state } from "./live.ts";
import { mesh } from "./mesh.ts";
import { pastRound } from "./route.ts";

/** The verdict of now, also while a past round is shown. */
export const lineNow = computed(() => lineOfNow(state.value, connection.value, now.value));

/** The page's first line: the verdict of the shown round, or of now. */
export const firstLine = computed(() =>
  pastRound.value === null ? lineNow.value : lineOfRound(pastRound.value, mesh.value),
);

/**
 * Why the shown round does not show the current state. Null if it does, or if the reader looks at a
 * past round.
 */
export const shownIsOld = computed(() =>
  pastRound.value === null && mesh.value
    ? sayShownIsOld(lineNow.value, mesh.value.round, now.value)
    : null,
);
