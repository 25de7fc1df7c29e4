import {
  type Check,
  type Reason,
  type Report,
  reasonCode,
  type TargetList,
} from "@netchecker/contract";

/** Which outcomes the simulated agents draw. All agents follow the same pattern. */
export type Pattern = "healthy" | "all-fail" | "half" | "fifth" | "detail-each";

type Columns = Pick<Report, "reasons" | "attempts" | "latencyMs" | "answeredBy" | "detail">;
type Random = () => number;

/** The outcome of each check with the pattern `all-fail`, as ping reports it. Other checks time out. */
const BROKEN: Readonly<Partial<Record<Check, readonly [Reason, string?]>>> = {
  echo: ["host_unreachable", "EHOSTUNREACH"],
  nodeport: ["bad_status", "status 503"],
  clusterip: ["connection_refused"],
  dns: ["dns_failure", "SERVFAIL"],
  connect: ["dns_failure", "EAI_AGAIN"],
  http: ["bad_status", "status 502"],
};
/** The reasons of checks that fail at random. */
const RANDOM_REASONS: readonly Reason[] = [
  "connect_timeout",
  "connection_refused",
  "response_timeout",
];
/** The share of checks that fail. */
const FAILED_SHARE: Readonly<Record<Pattern, number>> = {
  healthy: 0.001,
  "all-fail": 1,
  half: 0.5,
  fifth: 0.2,
  "detail-each": 1,
};
const LETTER_A = 97;

const letter = (reason: Reason) => String.fromCharCode(LETTER_A + reasonCode(reason));

/** Draws the columns of one agent's report on a list. Each outcome is drawn independently. */
export function drawColumns(list: TargetList, pattern: Pattern, random: Random): Columns {
  const columns: Columns = { reasons: "", attempts: "", latencyMs: [], answeredBy: {}, detail: {} };
  list.check.forEach((check, index) => {
    const fails = random() < FAILED_SHARE[pattern];
    const [reason, detail] = fails ? failure(check, list, pattern, random) : (["ok"] as const);
    columns.reasons += letter(reason);
    columns.attempts += fails ? "3" : "1";
    columns.latencyMs.push(fails ? 0 : Math.round(200 + random() * 5_000) / 1_000);
    if (detail !== undefined) columns.detail[index] = detail;
    if (!fails && check === "clusterip")
      columns.answeredBy[index] = [["pong-abcde", "node-0001", 3]];
  });
  return columns;
}

function failure(
  check: Check,
  { node }: TargetList,
  pattern: Pattern,
  random: Random,
): readonly [Reason, string?] {
  if (pattern === "all-fail") return BROKEN[check] ?? ["connect_timeout"];
  if (pattern === "detail-each" && check !== "dns" && check !== "connect") {
    const other = Math.floor(random() * node.length);
    return ["wrong_responder", `pong-${Math.floor(random() * 1e9).toString(36)} on node-${other}`];
  }
  return [RANDOM_REASONS[Math.floor(random() * RANDOM_REASONS.length)]!];
}
