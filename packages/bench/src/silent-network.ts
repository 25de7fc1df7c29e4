import { spawnSync } from "node:child_process";
import { outcomeAt, type Reason, type TargetColumns } from "@netchecker/contract";
import { type Answer, LoneAgent } from "./lone-agent.ts";
import { manyPods } from "./many-pods.ts";
import { median } from "./median.ts";
import { below, type Row, told } from "./table.ts";

/**
 * A process of its own, in a network namespace of its own, for what loses packets without a word. It
 * sends its rows to its parent.
 */

const RUNS = 5;

/** Set aside for documentation (RFC 5737): the outside, and a name server that is there, too. */
const OUTSIDE = ["192.0.2.1", "192.0.2.2", "192.0.2.53"];

function must(file: string, args: readonly string[], input = ""): void {
  const { status, stderr } = spawnSync(file, args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${stderr}`);
}

/** What is sent to these addresses leaves and never arrives. */
function drop(addresses: readonly string[]): void {
  const hook = "type filter hook input priority 0; policy accept;";
  const rule = `ip daddr { ${addresses.join(", ")} } drop;`;
  must("nft", ["-f", "-"], `table ip bench {\n chain lost {\n ${hook}\n ${rule}\n }\n}\n`);
}

async function dropped(attempts: number, limitSeconds: number): Promise<Row[]> {
  const size = `agent, 100 pods, 20 dropped, ${attempts === 1 ? "1 attempt" : `${attempts} attempts`}`;
  const pods = manyPods(100);
  await using agent = await LoneAgent.start({ pods: 100, env: { PROBE_ATTEMPTS: `${attempts}` } });
  const answers: Answer[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { pod } = await agent.round({ pod: pods }, 30_000);
    answers.push(await pod);
  }
  return [
    slowest(`${size}: publish to report`, answers, limitSeconds),
    inEach(
      `${size}: 80 ok, 20 connect_timeout`,
      answers,
      (reason, index) => reason === (index < 80 ? "ok" : "connect_timeout"),
    ),
  ];
}

async function noWayOut(): Promise<Row[]> {
  const size = "agent, 20 pods, no way out";
  const external: TargetColumns = {
    check: ["connect", "http", "connect"],
    name: ["outside", "web", "named"],
    node: [null, null, null],
    address: [`${OUTSIDE[0]}:443`, `http://${OUTSIDE[1]}/`, "outside.example:443"],
  };
  await using agent = await LoneAgent.start({ pods: 20, env: { DNS_SERVERS: OUTSIDE[2]! } });
  const pods: Answer[] = [];
  const outside: Answer[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const answers = await agent.round({ pod: manyPods(20), external }, 30_000);
    pods.push(await answers.pod);
    outside.push(await answers.external);
  }
  const seconds = outside.map((answer) => answer.seconds);
  return [
    slowest(`${size}: publish to pod report`, pods, 0.5),
    inEach(`${size}: 20 ok`, pods, (reason) => reason === "ok"),
    told(`${size}: publish to external report (median)`, `${median(seconds).toFixed(2)} s`),
    inEach(
      `${size}: connect_timeout twice, dns_failure`,
      outside,
      (reason, index) => reason === (index < 2 ? "connect_timeout" : "dns_failure"),
    ),
  ];
}

function slowest(what: string, answers: readonly Answer[], limitSeconds: number): Row {
  const seconds = Math.max(...answers.map((answer) => answer.seconds));
  return below(`${what} (slowest of ${RUNS})`, seconds, limitSeconds, "s");
}

function inEach(
  what: string,
  answers: readonly Answer[],
  right: (reason: Reason, index: number) => boolean,
): Row {
  const count = answers.filter(({ report }) =>
    [...report.reasons].every((_, index) => right(outcomeAt(report, index).reason, index)),
  ).length;
  return told(what, `${count} of ${RUNS}`, `${RUNS}`, count === RUNS);
}

// Whatever ends the parent, the rest ends here, at this process's exit.
process.once("disconnect", () => process.exit());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
must("ip", ["link", "set", "lo", "up"]);
for (const address of OUTSIDE) must("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
const cutOff = manyPods(100).address.slice(80);
drop([...OUTSIDE, ...cutOff.map((address) => address.split(":")[0]!)]);

const rows =
  process.argv[2] === "no-way-out"
    ? await noWayOut()
    : [...(await dropped(3, 4)), ...(await dropped(1, 1.5))];
process.send!(rows, () => process.exit());
