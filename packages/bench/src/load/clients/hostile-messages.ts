import { TARGET_TYPES, type TargetType } from "@netchecker/contract";

/** What a forged message says of the round that is open now. */
export interface OpenRound {
  readonly round: number;
  readonly list: string;
  readonly targets: number;
}

interface Forger {
  readonly random: () => number;
  readonly agent: { readonly pod: string; readonly node: string };
  readonly open: OpenRound;
}

const KIB = 1_024;
const MIB = KIB * KIB;
const ESCAPES = "\u001b]0;owned\u0007\u001b[2J\r\nroot@node:~# \u202e\u0000";

/** Mostly small; each 100th a MiB, each 2,000th 16 MiB, each 5,000th 64 MiB. */
export function sizeOf(index: number, random: () => number): number {
  if (index % 5_000 === 4_999) return 64 * MIB;
  if (index % 2_000 === 1_999) return 16 * MIB;
  if (index % 100 === 99) return MIB;
  return Math.ceil(2 ** (random() * 14));
}

const fill = (bytes: number, piece: string) =>
  piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes);

function report(type: TargetType, { agent, open }: Forger, changes: object): string {
  const { targets } = open;
  return JSON.stringify({
    v: 1,
    type,
    round: open.round,
    list: open.list,
    agent: { ...agent, ip: "10.1.0.1" },
    tookMs: 1,
    prober: { loopDelayP99Ms: 1, throttledMs: 0, starved: false },
    reasons: "b".repeat(targets),
    attempts: "3".repeat(targets),
    latencyMs: Array.from({ length: targets }, () => 0),
    answeredBy: {},
    detail: {},
    ...changes,
  });
}

function list(type: TargetType, { open }: Forger, count: number, changes: object = {}): string {
  const column = <T>(value: T) => Array.from({ length: count }, () => value);
  return JSON.stringify({
    v: 1,
    type,
    round: open.round + 1,
    list: "forged",
    reportWithinMs: 3_600_000,
    check: column(type === "node" ? "tcp" : "echo"),
    name: column("pong"),
    node: column("node-0001"),
    address: column("127.0.0.1:1"),
    ...changes,
  });
}

type Kind = (bytes: number, type: TargetType, forger: Forger) => string | Buffer;

/** One function a kind; each makes a message of about so many bytes, where that means something. */
export const KINDS: readonly Kind[] = [
  () => "null",
  () => "{}",
  () => "",
  (bytes) => fill(bytes, "{"),
  (bytes) => fill(bytes, "["),
  (bytes) => `"${fill(bytes, "\\u0000")}`,
  (bytes, _type, { random }) => Buffer.alloc(bytes, Math.floor(random() * 256)),
  (bytes) => `[${fill(bytes, "0,")}0]`,
  (bytes) => `{"__proto__":{"v":1},"constructor":"${fill(bytes, "a")}"}`,
  (bytes) => `{"v":1,"${fill(bytes, "k")}":1e308}`,
  (bytes, type, forger) =>
    report(type, forger, { agent: { pod: fill(bytes, "p"), node: "n", ip: "1" } }),
  (bytes, type, forger) => report(type, forger, { reasons: fill(bytes, "b") }),
  (_bytes, type, forger) => report(type, forger, { round: 1e300 }),
  (_bytes, type, forger) => report(type, forger, { tookMs: -1, latencyMs: [null] }),
  (_bytes, type, forger) => report(type, forger, {}),
  (_bytes, type, forger) =>
    report(type, forger, { agent: { pod: "constructor", node: "__proto__", ip: "x" } }),
  (bytes, type, forger) => report(type, forger, { answeredBy: { 0: answerers(bytes) } }),
  (bytes, type, forger) => report(type, forger, { detail: details(bytes, forger.open.targets) }),
  (bytes, type, forger) => list(type, forger, Math.min(16_000, Math.ceil(bytes / 60))),
  (bytes, type, forger) => list(type, forger, 1, { name: [fill(bytes, "n")] }),
  (_bytes, type, forger) =>
    list(type, forger, 4, { address: ["169.254.169.254:80", "0.0.0.0:0", "[::]:1", ESCAPES] }),
  (_bytes, type, forger) => list(type, forger, 1, { round: Number.MAX_SAFE_INTEGER }),
];

function answerers(bytes: number): unknown[] {
  return Array.from({ length: Math.min(60_000, Math.ceil(bytes / 16)) }, (_, n) => [
    `p${n}`,
    "n",
    1,
  ]);
}

function details(bytes: number, targets: number): Record<number, string> {
  const each = Math.min(200, Math.max(1, Math.floor(bytes / Math.max(1, targets))));
  return Object.fromEntries(
    Array.from({ length: targets }, (_, index) => [index, fill(each, ESCAPES)]),
  );
}

/** A type by chance. */
export const anyType = (random: () => number): TargetType =>
  TARGET_TYPES[Math.floor(random() * TARGET_TYPES.length)]!;
