import { randomUUID } from "node:crypto";
import {
  type RedisNames,
  type Report,
  type TargetList,
  type TargetType,
  TARGET_TYPES,
} from "@netchecker/contract";
import { seeded } from "../seeded.ts";

/** One message that no healthy sender would publish. */
export interface HostileMessage {
  readonly kind: string;
  readonly channel: string;
  readonly text: string | Buffer;
}

export interface HostileSettings {
  readonly seed: number;
  readonly names: RedisNames;
  /** Up to how large a message is; sizes are drawn by order of magnitude. */
  readonly mostBytes: number;
  /** Onto the channels for lists, for reports, or both. */
  readonly onto: readonly ("lists" | "reports")[];
  /** Genuine ones that were overheard, to be changed and said again. */
  readonly reports?: readonly Report[];
  readonly lists?: readonly TargetList[];
  /** Where forged lists lead all agents. */
  readonly victim?: string;
}

function randomOf(seed: number) {
  const next = seeded(seed);
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    pick: <T>(items: readonly T[]): T => items[int(items.length)]!,
    size: (most: number): number => Math.floor(most ** next()),
  };
}
type Random = ReturnType<typeof randomOf>;

const ESCAPES = [
  "\u001b[2J\u001b]0;owned\u0007",
  "a\r\nb",
  "\u202egnp",
  "\u009b31m",
  "\u0000",
  "\ud800",
];
const NAMES_TO_TRY = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "x".repeat(254),
  "Ä",
  "",
];

const NONSENSE: readonly ((random: Random, bytes: number) => string | Buffer)[] = [
  () => "",
  (random) =>
    random.pick(["null", "[]", "{}", "{", "0", "1e999", '"', '{"v":1}', '{"v":2}', "NaN", " "]),
  (random, bytes) =>
    Buffer.from(Uint8Array.from({ length: Math.min(bytes, 4_096) }, () => random.int(256))),
  (_random, bytes) => Buffer.alloc(bytes, 0),
  (_random, bytes) => Buffer.alloc(bytes, "x"),
  (_random, bytes) => `"${"y".repeat(bytes)}"`,
  (_random, bytes) => "[".repeat(bytes),
  (_random, bytes) => '{"a":'.repeat(bytes / 5),
  (_random, bytes) => `[${"[],".repeat(bytes / 3)}[]]`,
  (_random, bytes) => `{"v":1,"x":[${"0,".repeat(bytes / 2)}0]}`,
  (_random, bytes) => `{"v":1,"v":"${"\\u0000".repeat(bytes / 6)}"}`,
];

function aReport(type: TargetType, random: Random): Report {
  const targets = 1 + random.int(400);
  return {
    v: 1,
    type,
    round: 1 + random.int(1_000),
    list: randomUUID(),
    agent: { pod: `ping-${random.int(1_000)}`, node: `node-${random.int(1_000)}`, ip: "10.0.0.1" },
    tookMs: 5,
    prober: { loopDelayP99Ms: 1, throttledMs: null, starved: false },
    reasons: "b".repeat(targets),
    attempts: "3".repeat(targets),
    latencyMs: Array.from({ length: targets }, () => 0),
    answeredBy: {},
    detail: {},
  };
}

/** Ways to change a genuine report: each gives what is to be said instead. */
const CHANGED_REPORTS: readonly ((
  report: Report,
  random: Random,
  bytes: number,
) => object | string)[] = [
  (report) => report,
  (report) => JSON.stringify(report).slice(0, -40),
  (report, random) => ({ ...report, v: random.pick([0, 2, "1", null, {}]) }),
  (report, random) => ({
    ...report,
    round: random.pick([0, -1, 1.5, 1e300, "1", report.round + 1]),
  }),
  (report) => ({ ...report, list: randomUUID() }),
  (report, random) => ({ ...report, agent: { ...report.agent, pod: random.pick(NAMES_TO_TRY) } }),
  (report, random) => ({ ...report, agent: { ...report.agent, node: random.pick(NAMES_TO_TRY) } }),
  (report, random) => ({ ...report, agent: { ...report.agent, pod: `ping-${random.int(1e9)}` } }),
  (report, random) => ({ ...report, detail: { 0: random.pick(ESCAPES) } }),
  (report, random) => ({ ...report, detail: { [random.pick(NAMES_TO_TRY)]: "x" } }),
  (report) => JSON.stringify(report).replace('"detail":{', '"detail":{"__proto__":"x",'),
  (report, _random, bytes) => ({
    ...report,
    answeredBy: { 0: Array.from({ length: bytes / 10 }, () => ["a", "b", 1]) },
  }),
  (report, _random, bytes) => ({ ...report, detail: { 0: "d".repeat(bytes) } }),
  (report, _random, bytes) => ({ ...report, reasons: "b".repeat(bytes) }),
  (report, random) => ({ ...report, latencyMs: random.pick([[], [-1], [1e300], "x", null]) }),
  (report, _random, bytes) => ({
    ...report,
    latencyMs: Array.from({ length: bytes / 2 }, () => 0),
  }),
  (report) => ({ ...report, type: "pods" }),
  (report) => ({ ...report, more: 1 }),
];

function aList(type: TargetType, random: Random, victim: string): TargetList {
  const check = { pod: "echo", node: "tcp", service: "clusterip", external: "connect" } as const;
  const count = 1 + random.int(16_000);
  const column = <T>(value: T) => Array.from({ length: count }, () => value);
  return {
    v: 1,
    type,
    round: 1 + random.int(1e6),
    list: randomUUID(),
    reportWithinMs: 5_000,
    check: column(check[type]),
    name: column("pong-forged"),
    node: column("node-1"),
    address: column(victim),
  };
}

const CHANGED_LISTS: readonly ((
  list: TargetList,
  random: Random,
  bytes: number,
) => object | string)[] = [
  (list) => list,
  (list) => ({ ...list, list: randomUUID() }),
  (list) => ({ ...list, round: list.round + 1, list: randomUUID() }),
  (list) => JSON.stringify(list).slice(0, -20),
  (list, random) => ({ ...list, name: list.name.map(() => random.pick(ESCAPES)) }),
  (list, random) => ({ ...list, node: list.node.map(() => random.pick(NAMES_TO_TRY)) }),
  (list) => ({ ...list, address: list.address.map(() => "169.254.169.254:80") }),
  (list, random) => ({ ...list, reportWithinMs: random.pick([0, -1, 1, 1e300, 3_600_000]) }),
  (list, _random, bytes) => ({ ...list, name: Array.from({ length: bytes / 4 }, () => "a") }),
];

/**
 * Draws `count` messages of every kind, on every channel: nonsense of all sizes, genuine ones that were
 * changed, repeated or cut, and forged ones. The same seed draws the same, but for ids of lists.
 */
export function* hostileMessages(
  settings: HostileSettings,
  count: number,
): Generator<HostileMessage> {
  const { names, mostBytes, onto, reports = [], lists = [], victim = "127.0.0.1:9" } = settings;
  const random = randomOf(settings.seed);
  for (let message = 0; message < count; message += 1) {
    const type = random.pick(TARGET_TYPES);
    const where = random.pick(onto);
    const channel = names[where][type];
    const bytes = random.size(mostBytes);
    const say = (kind: string, said: object | string | Buffer): HostileMessage => ({
      kind: `${where}: ${kind}`,
      channel,
      text: typeof said === "string" || Buffer.isBuffer(said) ? said : JSON.stringify(said),
    });
    const at = random.int(3);
    if (at === 0) {
      const index = random.int(NONSENSE.length);
      yield say(`nonsense ${index}`, NONSENSE[index]!(random, bytes));
    } else if (where === "reports") {
      const known = reports.filter((report) => report.type === type);
      const base = at === 1 && known.length > 0 ? random.pick(known) : aReport(type, random);
      const index = random.int(CHANGED_REPORTS.length);
      yield say(`report ${index}`, CHANGED_REPORTS[index]!(base, random, bytes));
    } else {
      const known = lists.filter((list) => list.type === type);
      const base = at === 1 && known.length > 0 ? random.pick(known) : aList(type, random, victim);
      const index = random.int(CHANGED_LISTS.length);
      yield say(`list ${index}`, CHANGED_LISTS[index]!(base, random, bytes));
    }
  }
}
