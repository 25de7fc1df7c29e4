import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { listen, listenHttp, listenHttps, nobody, startPong } from "./listeners.ts";
import { nameServer } from "./name-server.ts";

const BUNDLE = new URL("../dist/main.js", import.meta.url).pathname;
const run = promisify(execFile);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `node main.js …` as in the image: only the bundle is in its folder, and the environment is
 * only `env`.
 */
async function main(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const cwd = await mkdtemp(join(tmpdir(), "ping-image-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  await copyFile(BUNDLE, join(cwd, "main.js"));
  return run(process.execPath, ["main.js", ...args], { cwd, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

/** The text without its times, so that it is the same on a busy machine. */
const withoutTimes = (text: string) =>
  text.replaceAll(/^ {2}This process was short.*\n/gm, "").replaceAll(/ +\d+\.\d+ ms/g, " … ms");

describe("the ping bundle with --probe", () => {
  test("needs no environment, shows the stages and exits with 0", async () => {
    const address = await startPong("pong-x", "node-7");
    const { code, stdout, stderr } = await main(["--probe", `http://${address}/echo`]);
    expect(withoutTimes(stdout)).toBe(
      `
echo http://${address}/echo
  connect … ms
  small answer … ms   pong-x on node-7, called by 127.0.0.1
  large request … ms   8192 bytes sent, head received
  large response … ms   8192 bytes back
ok in … ms
`.slice(1),
    );
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("shows where a failed probe stopped, and exits with 2", async () => {
    const address = await nobody();
    const { code, stdout, stderr } = await main(["--probe", `tcp://${address}`]);
    expect(withoutTimes(stdout)).toMatch(
      /^tcp:.*\n {2}connect … ms\nFAILED after … ms at connect: connection_refused\n {2}Its host answers.*\n$/,
    );
    expect([code, stderr]).toEqual([2, ""]);
  });

  test("shows TLS as a stage, with facts from the certificate", async () => {
    const { port, certificateFile } = await listenHttps();
    const url = `https://localhost:${port}/`;
    const { code, stdout } = await main(["--probe", url], { NODE_EXTRA_CA_CERTS: certificateFile });
    expect(withoutTimes(stdout)).toMatch(
      /connect … ms\n {2}TLS … ms {3}TLSv1\.3, certificate until .* GMT\n {2}response head … ms {3}status 200\nok in/,
    );
    expect(code).toBe(0);
    const distrusted = await main(["--probe", url]);
    expect(distrusted.stdout).toContain(
      "wrong_responder (DEPTH_ZERO_SELF_SIGNED_CERT)\n  Its cert",
    );
    expect(distrusted.code).toBe(2);
  });

  test("makes all attempts, and fails if one of them fails", async () => {
    let asked = 0;
    const address = await listenHttp((_, response) => {
      asked += 1;
      response.writeHead(asked === 2 ? 500 : 200).end();
    });
    const args = ["--probe", `http://${address}/`, "--attempts", "3"];
    const { code, stdout } = await main(args);
    expect(code).toBe(2);
    expect(stdout.match(/attempt \d of 3/g)).toEqual([1, 2, 3].map((n) => `attempt ${n} of 3`));
    expect(stdout).toMatch(/\n2 of 3 ok\n$/);
  });

  test("with --json prints one object and nothing else", async () => {
    const hung = await listen(() => {});
    const url = `http://${hung}/echo`;
    const args = ["--probe", url, "--json", "--attempts", "2", "--timeout", "100"];
    const { code, stdout, stderr } = await main(args);
    const attempt = {
      ok: false,
      reason: "response_timeout",
      stoppedAt: "small-answer",
      stages: [{ stage: "connect" }, { stage: "small-answer" }],
    };
    expect(JSON.parse(stdout)).toMatchObject({
      target: url,
      kind: "echo",
      timeoutMs: 100,
      ok: false,
      attempts: [attempt, attempt],
    });
    expect([code, stderr]).toEqual([2, ""]);
  });

  test("takes name servers, timeout and family from the agent's environment", async () => {
    const server = await nameServer({ AAAA: { "a.example": "fd00::1" } });
    const env = { DNS_SERVERS: server, PROBE_TIMEOUT_MS: "2000", POD_IP: "fd00::9" };
    const { code, stdout } = await main(["--probe", "dns://a.example", "--json"], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      timeoutMs: 2_000,
      attempts: [{ stages: [{ stage: "look-up-aaaa", addresses: ["fd00::1"] }, {}] }],
    });
  });

  test("exits with 1 for bad input, and names it", async () => {
    const { code, stdout, stderr } = await main(["--probe", "pong"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^--probe is "pong"; allowed: http:\/\/IP:PORT\/echo, .*\n\nWithout/);
    const bad = await main(["--probe", "dns://a"], { PROBE_TIMEOUT_MS: "soon" });
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('PROBE_TIMEOUT_MS is "soon"; allowed: a whole number');
  });

  test("does not start a second agent for an unknown argument", async () => {
    const { code, stderr } = await main(["--prob", "tcp://127.0.0.1:1"]);
    expect(code).toBe(1);
    expect(stderr).toContain("--prob is unknown");
  });

  test("--help explains the usage", async () => {
    const { code, stdout } = await main(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Usage: node main.js --probe TARGET");
  });
});
