import { expect, it } from "vitest";
import { FAILED_ALL, NOT_KEPT, OK, PLANNED, STARTING, UNKNOWN } from "./cell.ts";
import { cellsByLetter } from "./cells-by-letter.ts";

const cells = (letters: string, ...planned: Parameters<typeof cellsByLetter>) =>
  Array.from(letters, (letter) => cellsByLetter(...planned)[letter.charCodeAt(0)]);

it("a letter means ok, failed, not measured or not kept, and an unknown letter means failed", () => {
  expect(cells("abo.z", null, null)).toEqual([OK, FAILED_ALL, UNKNOWN, NOT_KEPT, FAILED_ALL]);
});

it("a cell of a planned agent or target is planned if it is not ok", () => {
  expect(cells("abo.", "node_cordoned", null)).toEqual([OK, PLANNED, PLANNED, NOT_KEPT]);
  expect(cells("abo.", null, "pod_terminating")).toEqual([OK, PLANNED, PLANNED, NOT_KEPT]);
});

it("a cell of a starting agent is not measured yet if it is not ok, whatever the target is", () => {
  expect(cells("abo.", "node_starting", null)).toEqual([OK, STARTING, STARTING, NOT_KEPT]);
  expect(cells("abo.", "node_returning", "node_cordoned")).toEqual([
    OK,
    STARTING,
    STARTING,
    NOT_KEPT,
  ]);
});
