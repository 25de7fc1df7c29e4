import type { LabState } from "../../namespaces/lab-state.ts";
import { type Command, EXIT, readOptions } from "../command.ts";
import { activeLines } from "./fault-text.ts";
import { flag } from "@netchecker/runtime/options";
import { LabClient } from "../../namespaces/lab-client.ts";

const USAGE = `Shows what runs where, and what is broken.

Usage: lab state [options]
  --json               all of it, as JSON
`;

export const state: Command = {
  summary: "what runs where, and what is broken",
  usage: () => USAGE,
  async run(args, { out }) {
    const { values } = readOptions(args, { json: flag });
    const now = await LabClient.mustFind().ask("state");
    out(values.json ? JSON.stringify(now, null, 2) : stateText(now));
    return EXIT.fine;
  },
};

function stateText(now: LabState): string {
  const process = (pid: number | null) => (pid === null ? "not running" : String(pid));
  const rows = [
    ["PLACE", "ADDRESS", "POD", "PROCESS", ""],
    ...now.nodes.flatMap(({ name, ip, ping, pong }) => [
      [name, ip, "", "", ""],
      ...Object.entries({ ping, pong }).map(([workload, pod]) => [
        `${name}/${workload}`,
        pod.ip,
        pod.name,
        process(pod.pid),
        pod.ready ? "" : "not ready",
      ]),
    ]),
    ["control", "", "netchecker", process(now.netchecker.pid), ""],
    ["", "", "redis", process(now.redis.pid), ""],
  ];
  const broken = activeLines(now.faults);
  return [
    `${now.url.replace("127.0.0.1", "localhost")}, a round every ${now.intervalMs / 1_000} s, pod network ${now.podNetwork}, logs in ${now.folder}`,
    "",
    ...aligned(rows),
    "",
    broken.length === 0 ? "Nothing is broken." : `Broken:\n${broken.join("\n")}`,
  ].join("\n");
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd(),
  );
}
