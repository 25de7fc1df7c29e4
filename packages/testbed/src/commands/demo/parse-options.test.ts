import { expect, test } from "vitest";
import { parseOptions } from "./parse-options.ts";

const KINDS =
  "pong-down, pong-hung, ping-down, ping-silent, node-dead, kubelet-dead, kubelet-flapping, not-ready, cordoned";
const NAMES =
  "--nodes, --interval, --port, --rounds, --dual-stack, --json, --external, --break, --help";

test("without arguments there are defaults", () => {
  expect(parseOptions([])).toEqual({
    nodes: 5,
    intervalMs: 10_000,
    port: 32_089,
    rounds: undefined,
    json: false,
    dualStack: false,
    external: [],
    breaks: [],
  });
});

test("every option is understood", () => {
  const text =
    "--nodes 12 --interval=2.5 --port 8000 --rounds 3 --dual-stack --json --external 192.0.2.1:443 --external https://a.example/x --break node-12=pong-hung --break node-1=cordoned";
  expect(parseOptions(text.split(" "))).toEqual({
    nodes: 12,
    intervalMs: 2_500,
    port: 8_000,
    rounds: 3,
    json: true,
    dualStack: true,
    external: ["192.0.2.1:443", "https://a.example/x"],
    breaks: [
      { node: "node-12", kind: "pong-hung" },
      { node: "node-1", kind: "cordoned" },
    ],
  });
});

test("help wins over everything else", () => {
  expect(parseOptions(["--nodes", "many", "--help"])).toBeNull();
});

test.each([
  ["--nodes 0", '--nodes is "0"; allowed: a whole number from 1 to 100'],
  ["--nodes 101", '--nodes is "101"; allowed: a whole number from 1 to 100'],
  ["--nodes --json", '--nodes is "--json"; allowed: a whole number from 1 to 100'],
  ["--interval 1.9", '--interval is "1.9"; allowed: seconds from 2 to 3600'],
  ["--interval 1e3", '--interval is "1e3"; allowed: seconds from 2 to 3600'],
  ["--port 65536", '--port is "65536"; allowed: a whole number from 0 to 65535'],
  ["--rounds 0", '--rounds is "0"; allowed: a whole number from 1 to 1000000'],
  ["--external example.com", '--external is "example.com"; allowed: host:port or an http(s) URL'],
  ["--external ftp://a/", '--external is "ftp://a/"; allowed: host:port or an http(s) URL'],
  ["--external a:1,b:2", '--external is "a:1,b:2"; allowed: host:port or an http(s) URL'],
  [
    "--break node-9=pong-down",
    `--break is "node-9=pong-down"; allowed: NODE=KIND, NODE node-1 to node-5, KIND ${KINDS}`,
  ],
  [
    "--nodes 1 --break node-1=gone",
    `--break is "node-1=gone"; allowed: NODE=KIND, NODE node-1, KIND ${KINDS}`,
  ],
  [
    "--break node-1",
    `--break is "node-1"; allowed: NODE=KIND, NODE node-1 to node-5, KIND ${KINDS}`,
  ],
  ["--verbose", `--verbose is unknown; allowed: ${NAMES}`],
  ["-n 5", `-n is unknown; allowed: ${NAMES}`, `"5" is no option; allowed: ${NAMES}`],
  ["now", `"now" is no option; allowed: ${NAMES}`],
  [
    "--nodes 0 --port x",
    '--nodes is "0"; allowed: a whole number from 1 to 100',
    '--port is "x"; allowed: a whole number from 0 to 65535',
  ],
])("%s is refused with a sentence for each fault", (text, ...faults) => {
  expect(() => parseOptions(text.split(" "))).toThrow(
    expect.objectContaining({ message: faults.join("\n") }),
  );
});
