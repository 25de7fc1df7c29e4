import type { Answer } from "./lone-agent.ts";
import { below, type Row, told } from "./table.ts";

/** Whether anything was called broken; and, since each attempt that failed shows, how many were made again. */
export function falseFailures(size: string, answers: readonly Answer[]): Row[] {
  const count = (wrong: (letter: string) => boolean, column: "reasons" | "attempts") =>
    answers.reduce((sum, { report }) => sum + [...report[column]].filter(wrong).length, 0);
  const failed = count((reason) => reason !== "a", "reasons");
  const again = count((attempts) => attempts !== "1", "attempts");
  return [
    told(`${size}: false failures in ${answers.length} rounds`, `${failed}`, "0", failed === 0),
    told(`${size}: probes that took more than one attempt`, `${again}`),
  ];
}

export function largestReport(size: string, answers: readonly Answer[]): Row {
  const bytes = Math.max(...answers.map((answer) => answer.bytes));
  return below(`${size}: largest report`, bytes, 10_000, "bytes");
}
