import { expect, test } from "vitest";
import { parseCommand } from "./parse-command.ts";

const TARGETS = "http://IP:PORT/echo, another http(s):// URL, tcp://HOST:PORT or dns://NAME";
const NAMES = "--probe, --timeout, --attempts, --json, --help";

test.each([
  ["http://10.244.7.5:8080/echo", "echo", "10.244.7.5:8080"],
  ["http://[fd00::7]:8080/echo", "echo", "[fd00::7]:8080"],
  ["http://10.244.7.5/echo", "echo", "10.244.7.5:80"],
  ["https://10.244.7.5:8080/echo", "http", "https://10.244.7.5:8080/echo"],
  ["http://10.244.7.5:8080/echo?a", "http", "http://10.244.7.5:8080/echo?a"],
  ["http://pong-svc:8080/echo", "http", "http://pong-svc:8080/echo"],
  ["https://a.example/x?y=z", "http", "https://a.example/x?y=z"],
  ["tcp://10.0.0.7:10250", "tcp", "10.0.0.7:10250"],
  ["tcp://[fd00::7]:10250", "tcp", "[fd00::7]:10250"],
  [
    "tcp://redis.netchecker.svc.cluster.local:6379",
    "tcp",
    "redis.netchecker.svc.cluster.local:6379",
  ],
  ["dns://pong-svc.netchecker.svc.cluster.local", "dns", "pong-svc.netchecker.svc.cluster.local"],
  ["dns://a.example.", "dns", "a.example."],
])("%s is probed as %s", (url, kind, address) => {
  expect(parseCommand(["--probe", url])).toEqual({
    kind: "probe",
    target: { kind, url, address },
    timeoutMs: undefined,
    attempts: 1,
    json: false,
  });
});

test("understands every option, in any order and form", () => {
  const args = "--json --attempts=3 --timeout 2500 --probe tcp://a:1".split(" ");
  expect(parseCommand(args)).toMatchObject({ timeoutMs: 2_500, attempts: 3, json: true });
});

test("--help is stronger than everything else", () => {
  expect(parseCommand(["--probe", "x", "--attempts", "many", "--help"])).toEqual({ kind: "help" });
});

test.each([
  ["", `--probe has no value; allowed: ${TARGETS}`],
  ["--probe", `--probe has no value; allowed: ${TARGETS}`],
  ["--probe 10.0.0.1:80", `--probe is "10.0.0.1:80"; allowed: ${TARGETS}`],
  ["--probe http://", `--probe is "http://"; allowed: ${TARGETS}`],
  ["--probe ftp://a/", `--probe is "ftp://a/"; allowed: ${TARGETS}`],
  ["--probe http://a:99999/", `--probe is "http://a:99999/"; allowed: ${TARGETS}`],
  ["--probe tcp://a", `--probe is "tcp://a"; allowed: ${TARGETS}`],
  ["--probe tcp://a:0", `--probe is "tcp://a:0"; allowed: ${TARGETS}`],
  ["--probe tcp://a:1/x", `--probe is "tcp://a:1/x"; allowed: ${TARGETS}`],
  ["--probe dns://10.0.0.1", `--probe is "dns://10.0.0.1"; allowed: ${TARGETS}`],
  ["--probe dns://a/b", `--probe is "dns://a/b"; allowed: ${TARGETS}`],
  ["--probe dns://a --attempts 0", '--attempts is "0"; allowed: a whole number from 1 to 100'],
  ["--probe dns://a --attempts", "--attempts has no value; allowed: a whole number from 1 to 100"],
  ["--probe dns://a --timeout 9", '--timeout is "9"; allowed: a whole number from 10 to 60000'],
  ["--probe dns://a --timeout 1s", '--timeout is "1s"; allowed: a whole number from 10 to 60000'],
  ["--probe dns://a --json=yes", "--json takes no value"],
  ["--probe dns://a -v", `-v is unknown; allowed: ${NAMES}`],
  ["--probe dns://a now", `"now" is no option; allowed: ${NAMES}`],
  [
    "--probe x --timeout y",
    `--probe is "x"; allowed: ${TARGETS}`,
    '--timeout is "y"; allowed: a whole number from 10 to 60000',
  ],
])("%j is refused with a sentence for each fault", (text, ...faults) => {
  const args = text.split(" ").filter((word) => word !== "");
  expect(parseCommand(args)).toEqual({ kind: "faults", faults });
});
