import { computed } from "@preact/signals";
import { lineOfNow, lineOfRound, sayShownIsOld } from "../core/first-line.ts";
import { connection, now, state } from "./live.ts";
import { mesh } from "./mesh.ts";
import { pastRound } from "./route.ts";

/** The verdict of now, whatever is looked at. */
export const lineNow = computed(() => lineOfNow(state.value, connection.value, now.value));

/** The page's first line: the verdict of what is looked at. */
export const firstLine = computed(() =>
  pastRound.value === null ? lineNow.value : lineOfRound(pastRound.value, mesh.value),
);

/** Why what is shown says nothing of now; null where it does, or where one looks back. */
export const shownIsOld = computed(() =>
  pastRound.value === null && mesh.value
    ? sayShownIsOld(lineNow.value, mesh.value.round, now.value)
    : null,
);
