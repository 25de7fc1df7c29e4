import type { LocalCluster } from "../../loopback/local-cluster.ts";
import { startLocalCluster } from "../../loopback/start-local-cluster.ts";
import { TestbedError } from "../../testbed-error.ts";
import { EXIT, orSayWhy, type Run } from "../command.ts";
import { isFine, roundLines } from "../round-line.ts";
import { FindingLines } from "./finding-lines.ts";
import { followRounds } from "./follow-rounds.ts";
import { parseOptions, USAGE } from "./parse-options.ts";

/** Runs a local cluster until its rounds are done or it is interrupted, and ends it. */
export const runDemo: Run = orSayWhy(async (args, terminal, signal) => {
  const options = parseOptions(args);
  if (!options) {
    terminal.out(USAGE.trimEnd());
    return EXIT.fine;
  }
  const { nodes, rounds, json, intervalMs } = options;
  const say = json ? terminal.err : terminal.out;
  say(`Starting ${nodes} ${nodes === 1 ? "node" : "nodes"} …`);
  await using cluster = await startLocalCluster({
    nodes,
    intervalMs,
    port: options.port,
    breaks: options.breaks,
    dualStack: options.dualStack,
    ...(options.external.length > 0 && { externalTargets: options.external }),
    onLog: (line) => {
      const warning = json ? null : warningOf(line);
      if (warning) terminal.err(warning);
    },
    signal,
  });
  const table = roundLines(nodes);
  const told = new FindingLines();
  let closed = 0;
  let fine = true;
  for await (const view of followRounds(cluster, intervalMs, signal)) {
    closed += 1;
    fine &&= isFine(view);
    if (closed === 1) say(`${urls(cluster.netchecker.url)}\n\n${table.heading}`);
    say(table.line(view));
    for (const line of told.lines(view.findings)) say(`       ${line}`);
    if (closed === rounds) break;
  }
  if (json && closed > 0) terminal.out(await lastResults(cluster));
  if (rounds === undefined) return EXIT.fine;
  if (closed < rounds) return undefined;
  return fine ? EXIT.fine : EXIT.notFine;
}, `\n${USAGE}`);

async function lastResults(cluster: LocalCluster): Promise<string> {
  const response = await cluster.fetch("/results").catch(() => null);
  if (response?.ok) return response.text();
  throw new TestbedError(
    `netchecker has no results any more; its last words: ${cluster.netchecker.lastWords()}`,
  );
}

function urls(url: string): string {
  const at = url.replace("127.0.0.1", "localhost");
  return [
    `page     ${at}/`,
    `results  ${at}/results`,
    `as text  ${at}/results?format=text`,
    `rounds   ${at}/rounds`,
    `API      ${at}/openapi.json`,
    "Ctrl-C ends it.",
  ].join("\n");
}

/** What a line of netchecker's log says, when it is a warning or worse. */
function warningOf(line: string): string | null {
  try {
    const { level, msg, time: _time, service: _service, name: _name, ...rest } = JSON.parse(line);
    // Findings are told below their round, and verdicts in its line; but where no round closes.
    if (!["warn", "error", "fatal"].includes(level) || rest.finding !== undefined) return null;
    if (rest.verdict !== undefined)
      return rest.verdict === "unmeasured" ? `UNMEASURED: ${rest.sentence}` : null;
    const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : "";
    return `netchecker ${level}: ${msg}${more}`;
  } catch {
    return `netchecker: ${line}`;
  }
}
