import { expect, it } from "vitest";
import { FAILED_ALL, NOT_KEPT, OK, PLANNED, STARTING, UNKNOWN } from "./cell.ts";
import { cellsByLetter } from "./cells-by-letter.ts";

const cells = (letters: string, ...planned: Parameters<typeof cellsByLetter>) =>
  Array.from(letters, (letter) => cellsByLetter(...planned)[letter.charCodeAt(0)]);

it("a letter is ok, failed, not measured or not kept; one that this page does not know yet is failed", () => {
  expect(cells("abo.z", null, null)).toEqual([OK, FAILED_ALL, UNKNOWN, NOT_KEPT, FAILED_ALL]);
});

it("what is not ok of a planned agent or target is planned", () => {
  expect(cells("abo.", "node_cordoned", null)).toEqual([OK, PLANNED, PLANNED, NOT_KEPT]);
  expect(cells("abo.", null, "pod_terminating")).toEqual([OK, PLANNED, PLANNED, NOT_KEPT]);
});

it("what is not ok of an agent that is starting is not measured yet, whatever the target is", () => {
  expect(cells("abo.", "node_starting", null)).toEqual([OK, STARTING, STARTING, NOT_KEPT]);
  expect(cells("abo.", "node_returning", "node_cordoned")).toEqual([
    OK,
    STARTING,
    STARTING,
    NOT_KEPT,
  ]);
});
