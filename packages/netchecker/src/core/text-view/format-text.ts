import {
  type RoundHead,
  type Summary,
  TARGET_TYPES,
  type Verdict,
  visible,
} from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { nodeStates } from "../node-states.ts";
import type { Steps } from "@netchecker/round/steps";
import { failuresSection } from "./failures-section.ts";
import { findingsSection } from "./findings-section.ts";
import { meshSection } from "./mesh-section.ts";
import { sayVerdict } from "../verdict/say-verdict.ts";
import { alignColumns } from "./align-columns.ts";
import { duration, listNames } from "@netchecker/conclude/phrases";
import { troubledNodesSection } from "./troubled-nodes-section.ts";

/** Up to this many nodes, the text shows the whole mesh. Above that, it shows only the most troubled nodes. */
const MAX_MESH_NODES = 60;

/**
 * A round as text for a terminal: verdict, headline, findings, mesh, failures. Control characters from outside are
 * made visible, so that they cannot add lines. `now` is milliseconds since 1970.
 */
export function* formatText(
  round: ClosedRound,
  verdict: Verdict | null,
  now: number,
  notices: readonly string[],
): Steps<string> {
  const states = yield* nodeStates(round);
  const drawn = round.plan.agents.length <= MAX_MESH_NODES;
  const sections = [
    [firstLine(verdict, now), ...notices.map((notice) => `! ${notice}`), ...headline(round, now)],
    findingsSection(round.findings, now),
    drawn ? meshSection(round, states) : troubledNodesSection(states),
    missing(round),
    yield* failuresSection(round),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.map(visible).join("\n"))
    .join("\n\n")}\n`;
}

function firstLine(verdict: Verdict | null, now: number): string {
  if (verdict) return sayVerdict(verdict, now);
  return "NO VERDICT: a version of netchecker that had none stored this round.";
}

function headline(round: ClosedRound, now: number): string[] {
  const { head, summary } = round;
  const age = Math.max(0, now - Date.parse(head.finishedAt ?? head.startedAt));
  const took = `closed by ${head.closedBy} after ${duration(head.durationMs ?? 0)}`;
  return [
    `Round ${head.id}, ${duration(age)} ago (${head.startedAt}), ${took}; ${head.reported} of ${head.expected} agents reported.`,
    ...coverage(head),
    ...(head.clusterViewStaleSince
      ? [`! The cluster view is stale since ${head.clusterViewStaleSince}.`]
      : []),
    ...(head.kept === "failures" ? ["! Of this round only the failures are kept."] : []),
    ...totals(summary),
  ];
}

function coverage({ coverage: { nodes, ready } }: RoundHead): string[] {
  return ready === nodes ? [] : [`! ${ready} of ${nodes} nodes have a ready agent.`];
}

/** One aligned line per type. Counts of failed, unknown and planned appear only if they are not 0. */
function totals(summary: Summary): string[] {
  const lines = TARGET_TYPES.map((type) => {
    const { ok, total, failed, unknown, planned } = summary[type];
    const notOk = Object.entries({ failed, unknown, planned }).filter(([, count]) => count > 0);
    return [type, `${ok}/${total} ok`, ...notOk.map(([what, count]) => `${count} ${what}`)];
  });
  return alignColumns(lines);
}

function missing({ head }: ClosedRound): string[] {
  if (head.missing.length === 0) return [];
  const groups = Map.groupBy(head.missing, ({ why, detail, planned }) =>
    [why, detail, planned].join("|"),
  );
  return [
    "Missing agents",
    ...[...groups].map(([, agents]) => {
      const { why, detail, planned } = agents[0]!;
      const told = `${why}${detail ? `, ${detail}` : ""}${planned ? `, as planned (${planned})` : ""}`;
      return `  ${listNames(agents.map(({ node }) => node))}: ${told}`;
    }),
  ];
}
