import type { RoundHead } from "@netchecker/contract";
import type { Effect } from "./effect.ts";
import { expectReport } from "./expect-row.ts";

/** From the timer to the closed round: concluding, on two processors that have other work too. */
const CLOSING_MS = 500;

/**
 * What is wrong with how a round was closed: by the timer, and on time, where an agent that should report cannot; by the
 * reports where all can. Pure.
 */
export function judgeClosing(
  { id, closedBy, durationMs }: Pick<RoundHead, "id" | "closedBy" | "durationMs">,
  effects: readonly Effect[],
  nodes: readonly string[],
  timeoutMs: number,
): string[] {
  const isReady = (node: string) => !effects.some(({ notReady }) => notReady?.includes(node));
  const isPlanned = (node: string) => effects.some((effect) => effect.planned?.includes(node));
  const reports = new Set(
    nodes.filter(isReady).map((node) => {
      const report = expectReport(node, effects);
      // Once Kubernetes calls its pod not ready, nobody needs to wait for an agent that is being taken away.
      return report === "no" && isPlanned(node) ? "maybe" : report;
    }),
  );
  const expected = reports.has("no") ? "timer" : "reports";
  const unsure = expected === "reports" && reports.has("maybe");
  const took = durationMs ?? 0;
  return [
    ...(closedBy === expected || unsure
      ? []
      : [`round ${id} is closed by ${closedBy}; must be by ${expected}`]),
    ...(took > timeoutMs + CLOSING_MS
      ? [`round ${id} took ${took} ms; the timer is at ${timeoutMs}`]
      : []),
  ];
}
