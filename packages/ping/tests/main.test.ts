import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { redisNames, type TargetList } from "@netchecker/contract";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis } from "@netchecker/runtime/redis";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { listen } from "./listeners.ts";
import { freePort, TestRedis } from "./redis.ts";

const names = redisNames("netchecker:");
const MAIN = new URL("../dist/main.js", import.meta.url).pathname;

/** Starts the bundle that ships as a process of its own. It ends with the test. */
function start(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout!.resume();
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function startAgent(redis: string) {
  const port = await freePort();
  const child = start({
    POD_NAME: "ping-a",
    NODE_NAME: "node-1",
    POD_IP: "127.0.0.1",
    HOST: "127.0.0.1",
    PORT: String(port),
    REDIS_HOST: redis,
    LOG_LEVEL: "warn",
  });
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, body: (await answer.json()) as never };
  };
  const scrape = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    return (await answer.text()).split("\n");
  };
  const healthy = (redisIs: string) =>
    vi.waitFor(
      async () =>
        expect(await get("/healthz")).toEqual({
          status: 200,
          body: { ok: true, redis: redisIs, dropped: {} },
        }),
      10_000,
    );
  return { child, get, healthy, scrape };
}

/** A list of one node check. */
const listText = (round: number, check: TargetList["check"], address: string) =>
  JSON.stringify({
    v: 1,
    type: "node",
    round,
    list: `list-${round}`,
    reportWithinMs: 20_000,
    check,
    name: ["node-1"],
    node: ["node-1"],
    address: [address],
  } satisfies TargetList);

/** Sends a list as netchecker does: under its key and on its channel. */
async function say(commands: Redis, type: "pod" | "node", text: string): Promise<void> {
  const step = commands.multi().set(names.listKeys[type], text, "PX", 20_000);
  await step.publish(names.lists[type], text).exec();
}

describe("the ping bundle", () => {
  test("probes, reports, shows its last reports, and on SIGTERM reports its outcomes so far", async () => {
    const redis = await TestRedis.start();
    const agent = await startAgent(redis.address);
    await agent.healthy("connected");
    const role = { service: "test", log: createLog("test", "silent") };
    const commands = connectRedis({ host: redis.address }, { ...role, role: "commands" });
    const subscriber = connectRedis({ host: redis.address }, { ...role, role: "subscriber" });
    onTestFinished(() => {
      commands.disconnect();
      subscriber.disconnect();
    });
    await vi.waitFor(() =>
      expect([commands.status, subscriber.status]).toEqual(["ready", "ready"]),
    );
    const reports: string[] = [];
    subscriber.on("message", (_, text) => reports.push(text));
    await subscriber.subscribe(names.reports.node);

    const open = await listen(() => {});
    const hung = await listen(() => {});
    await say(commands, "node", listText(1, ["tcp"], open));
    await vi.waitFor(() => expect(reports).toHaveLength(1), 5_000);
    expect(JSON.parse(reports[0]!)).toMatchObject({ round: 1, reasons: "a", attempts: "1" });
    const last = await agent.get("/reports/last");
    expect(last.body).toMatchObject({
      agent: { pod: "ping-a", node: "node-1", ip: "127.0.0.1" },
      reports: {
        node: {
          round: 1,
          delivered: true,
          results: [{ check: "tcp", name: "node-1", address: open, ok: true, reason: "ok" }],
        },
      },
    });

    const lines = await agent.scrape();
    expect(lines).toContain('netchecker_ping_redis_up{connection="commands"} 1');
    expect(lines).toContain('netchecker_ping_lists_total{type="node",via="channel"} 1');
    expect(lines).toContain('netchecker_ping_reports_total{type="node",result="delivered"} 1');
    expect(lines).toContain('netchecker_ping_probes_total{type="node",check="tcp",reason="ok"} 1');
    expect(lines).toContain('netchecker_ping_latency_seconds_count{type="node"} 1');

    await say(commands, "node", listText(2, ["nodeport"], hung));
    await new Promise((resolve) => setTimeout(resolve, 200));
    agent.child.kill("SIGTERM");
    const [code] = await once(agent.child, "exit");
    expect(code).toBe(0);
    await vi.waitFor(() => expect(reports).toHaveLength(2), 2_000);
    expect(JSON.parse(reports[1]!)).toMatchObject({ round: 2, reasons: "o", attempts: "0" });
  });

  test("is healthy without Redis, says that Redis is away, and ends within seconds", async () => {
    const agent = await startAgent(`127.0.0.1:${await freePort()}`);
    await agent.healthy("away");
    expect((await agent.get("/nothing")).status).toBe(404);
    const startedAt = performance.now();
    agent.child.kill("SIGTERM");
    const [code] = await once(agent.child, "exit");
    expect(code).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test("names every variable that is missing or bad, and does not start", async () => {
    const child = start({ PROBE_ATTEMPTS: "0" });
    let said = "";
    child.stderr!.on("data", (chunk) => (said += chunk));
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    expect(said).toContain("POD_NAME is missing");
    expect(said).toContain('PROBE_ATTEMPTS is "0"; allowed: a whole number from 1 to 9');
  });
});
