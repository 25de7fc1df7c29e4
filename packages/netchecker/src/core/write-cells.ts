import { okOf, TARGET_TYPES, type TargetType } from "@netchecker/contract";
import type { OutcomeMatrix } from "@netchecker/round/outcome-matrix";
import type { Steps } from "@netchecker/round/steps";

type Matrices = Readonly<Record<TargetType, OutcomeMatrix>>;

/** How many items one step writes, into one part of the text. */
const ITEMS_PER_PART = 8_192;

const FAILED = Uint8Array.from({ length: 256 }, (_, code) => Number(okOf(code) === false));

/**
 * Writes the cells of a round that are neither ok nor unknown, as JSON in parts. If everything failed, these are
 * millions of cells, too many for one list or one text. `applyFailures` in round-record.ts reads them.
 */
export function* writeFailures(matrices: Matrices): Steps<string[]> {
  const parts: string[] = [];
  for (const [index, type] of TARGET_TYPES.entries()) {
    const matrix = matrices[type];
    parts.push(`${index === 0 ? "{" : ","}"${type}":{"steps":`);
    yield* writeList(parts, stepsOf(failedCells(matrix)));
    parts.push(`,"reasons":`);
    yield* writeList(parts, valuesAt(failedCells(matrix), matrix.reasons));
    parts.push(`,"attempts":`);
    yield* writeList(parts, valuesAt(failedCells(matrix), matrix.attempts));
    parts.push(`,"extras":`);
    yield* writeExtrasOf(parts, matrix, (cell) => FAILED[matrix.reasons[cell]!] === 1);
    parts.push("}");
  }
  parts.push("}");
  return parts;
}

/** Writes answerers and details of all cells, as JSON in parts. */
export function* writeExtras(matrices: Matrices): Steps<string[]> {
  const parts: string[] = [];
  for (const [index, type] of TARGET_TYPES.entries()) {
    parts.push(`${index === 0 ? "{" : ","}"${type}":`);
    yield* writeExtrasOf(parts, matrices[type], () => true);
  }
  parts.push("}");
  return parts;
}

/** Writes each distinct list of answerers once. `which` says, aligned with `cells`, which list a cell has. */
function* writeExtrasOf(
  parts: string[],
  { answeredBy, detail }: OutcomeMatrix,
  wanted: (cell: number) => boolean,
): Steps<void> {
  const index = new Map<unknown, number>();
  for (const [cell, answerers] of answeredBy)
    if (wanted(cell) && !index.has(answerers)) index.set(answerers, index.size);
  const cells = () => filterKeys(answeredBy, wanted);
  parts.push(`{"answerers":`);
  yield* writeList(
    parts,
    mapEach(index.keys(), (answerers) => JSON.stringify(answerers)),
  );
  parts.push(`,"cells":`);
  yield* writeList(parts, cells());
  parts.push(`,"which":`);
  yield* writeList(
    parts,
    mapEach(cells(), (cell) => index.get(answeredBy.get(cell))!),
  );
  parts.push(`,"detail":`);
  yield* writeList(
    parts,
    mapEach(filterKeys(detail, wanted), (cell) => JSON.stringify([cell, detail.get(cell)])),
  );
  parts.push("}");
}

function* writeList(parts: string[], items: Iterable<string | number>): Steps<void> {
  let some: (string | number)[] = [];
  let before = "[";
  for (const item of items) {
    some.push(item);
    if (some.length < ITEMS_PER_PART) continue;
    parts.push(before + some.join(","));
    before = ",";
    some = [];
    yield;
  }
  parts.push(some.length > 0 ? `${before}${some.join(",")}]` : before === "[" ? "[]" : "]");
}

function* failedCells({ reasons }: OutcomeMatrix): Generator<number> {
  for (let cell = 0; cell < reasons.length; cell += 1) if (FAILED[reasons[cell]!] === 1) yield cell;
}

/** The distances between cells. These are small numbers, which compress well. */
function* stepsOf(cells: Iterable<number>): Generator<number> {
  let before = 0;
  for (const cell of cells) {
    yield cell - before;
    before = cell;
  }
}

function* valuesAt(cells: Iterable<number>, values: Uint8Array): Generator<number> {
  for (const cell of cells) yield values[cell]!;
}

function* filterKeys(
  map: ReadonlyMap<number, unknown>,
  wanted: (cell: number) => boolean,
): Generator<number> {
  for (const cell of map.keys()) if (wanted(cell)) yield cell;
}

function* mapEach<T, R>(items: Iterable<T>, map: (item: T) => R): Generator<R> {
  for (const item of items) yield map(item);
}
