import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import { kubeConfig } from "@netchecker/testbed/kubernetes/kube-config";
import { claimLoopbackSlice } from "@netchecker/testbed/loopback/loopback-slice";
import { nodeObject } from "@netchecker/testbed/kubernetes/objects/node-object";
import {
  podObject,
  type PodObject,
  run,
  schedule,
  setReady,
} from "@netchecker/testbed/kubernetes/objects/pod-object";
import { RedisServer } from "@netchecker/testbed/services/redis-server";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Containment, containFault } from "./support/contain.ts";
import { readStages, SERVICES, valuesOf } from "./support/dockerfile.ts";
import { layOutImage } from "./support/image.ts";
import { containersOf, type Rendered, VARIANTS } from "./support/rendered.ts";

type Service = (typeof SERVICES)[number];

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly peakBytes: number;
  readonly said: string;
}

const fault = containFault();
if (fault) console.warn(`The services are not tried inside their containers' limits: ${fault}.`);

/**
 * A service under the conditions of its pod: the manifest's user and memory limit, and only the CPU
 * that it requests.
 */
class Contained {
  readonly #process: ChildProcess;
  readonly end: Promise<End>;

  constructor(containment: Containment) {
    const script = join(import.meta.dirname, "support/contain.ts");
    const stdio = ["ignore", "pipe", "inherit", "ipc"] as const;
    this.#process = spawn(process.execPath, [script, JSON.stringify(containment)], {
      stdio: [...stdio],
    });
    this.end = text(this.#process.stdout!).then((said) => JSON.parse(said) as End);
  }

  async terminate(): Promise<End> {
    this.#process.kill("SIGTERM");
    return this.end;
  }
}

async function containmentOf(
  all: Rendered,
  service: Service,
  root: string,
  env: Record<string, string>,
): Promise<Containment> {
  const workload = all.workloads.find(({ metadata }) => metadata.name === service)!;
  const { securityContext } = workload.spec!.template.spec!;
  const { requests, limits } = containersOf(workload)[0]!.resources!;
  const [image] = valuesOf((await readStages(service)).at(-1)!, "ENV");
  const imageEnv = Object.fromEntries(
    image!.split(" ").map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  return {
    root,
    user: securityContext!.runAsUser!,
    cpuMillis: Number.parseInt(requests!["cpu"] as string, 10),
    memoryBytes: Number.parseInt(limits!["memory"] as string, 10) * 2 ** 20,
    command: ["/usr/local/bin/node", "/app/main.js"],
    env: { ...imageEnv, ...env },
  };
}

describe.skipIf(fault !== null)(
  "with only Node, its libraries and the build, read-only, as nobody, within the manifest's limits",
  () => {
    const stack = new AsyncDisposableStack();
    const contained = new Map<Service, Contained>();
    const containments = new Map<Service, Containment>();
    let url: string;

    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), "netchecker-contained-"));
      stack.defer(() => rm(folder, { recursive: true, force: true }));
      const slice = await claimLoopbackSlice();
      stack.defer(() => slice.release());
      const redis = await RedisServer.start(slice.hostIp, folder);
      stack.defer(() => redis.stop());
      const api = new ApiServer({ host: slice.hostIp, token: "a-token" });
      await api.start();
      stack.defer(() => api.stop());

      api.store.create("nodes", nodeObject("node-1", slice.nodeIp(1), 10_250));
      const ips = { ping: slice.pingIp(1), pong: slice.pongIp(1) };
      const pods = (["ping", "pong"] as const).map((workload) => {
        const pod = api.store.create("pods", podObject(workload, "netchecker", "node-1"));
        return api.store.update<PodObject>("pods", pod, (copy) => {
          schedule(copy, "node-1");
          run(copy, ips[workload], slice.nodeIp(1));
          setReady(copy, true);
        });
      });
      const [ping, pong] = pods.map((pod) => pod.metadata.name);
      const redisHost = `${redis.address.host}:${redis.address.port}`;
      const env: Record<Service, Record<string, string>> = {
        pong: { POD_NAME: pong!, NODE_NAME: "node-1", HOST: ips.pong },
        ping: {
          POD_NAME: ping!,
          NODE_NAME: "node-1",
          POD_IP: ips.ping,
          HOST: ips.ping,
          REDIS_HOST: redisHost,
        },
        netchecker: {
          POD_NAME: "netchecker-0",
          HOST: slice.hostIp,
          REDIS_HOST: redisHost,
          KUBECONFIG: "/etc/kubeconfig",
          ROUND_INTERVAL_MS: "5000",
        },
      };
      url = `http://${slice.hostIp}:8080`;
      const all = await VARIANTS.base();
      for (const service of SERVICES) {
        const root = await mkdtemp(join(folder, `${service}-`));
        await chmod(root, 0o755);
        await layOutImage(service, root);
        if (service === "netchecker")
          await writeFile(
            join(root, "etc/kubeconfig"),
            kubeConfig(api.url, "a-token", "netchecker"),
          );
        const containment = await containmentOf(all, service, root, env[service]);
        containments.set(service, containment);
        const process = new Contained(containment);
        stack.defer(() => process.terminate().then(() => {}));
        contained.set(service, process);
      }
    }, 120_000);
    afterAll(() => stack.disposeAsync());

    test("a round completes", async () => {
      const results = await vi.waitFor(
        async () => {
          const response = await fetch(`${url}/results`, { signal: AbortSignal.timeout(5_000) });
          const body = (await response.json()) as {
            round: object;
            summary: { pod: { ok: number } };
          };
          if (body.summary?.pod.ok !== 1) throw new Error(JSON.stringify(body));
          return body;
        },
        { timeout: 60_000, interval: 500 },
      );
      expect(results).toMatchObject({
        round: { closedBy: "reports", expected: 1, reported: 1, missing: [] },
        summary: { pod: { total: 1, ok: 1 } },
      });
    }, 90_000);

    test("the dashboard is served from the image", async () => {
      const page = await fetch(`${url}/`);
      expect(page.status).toBe(200);
      const [, script] = /src="\.?\/?(assets\/[^"]+\.js)"/.exec(await page.text())!;
      expect((await fetch(`${url}/${script}`)).headers.get("content-encoding")).toBe("gzip");
    });

    test("a contained process cannot write and is not root", async () => {
      const script = `
      const { writeFileSync, readFileSync } = require("node:fs");
      let refused; try { writeFileSync("/app/a", ""); } catch ({ code }) { refused = code; }
      const root = readFileSync("/proc/self/mountinfo", "utf8").split("\\n").find((line) => line.split(" ")[4] === "/");
      const status = readFileSync("/proc/self/status", "utf8");
      console.log(JSON.stringify({ refused, uid: process.getuid(), groups: process.getgroups(), readOnly: root.split(" ")[5].startsWith("ro"),
        capabilities: /CapEff:\\s*(\\w+)/.exec(status)[1], noNewPrivs: /NoNewPrivs:\\s*(\\d)/.exec(status)[1] }));`;
      const probe = new Contained({
        ...containments.get("pong")!,
        command: ["/usr/local/bin/node", "-e", script],
      });
      const { code, said } = await probe.end;
      expect(code, said).toBe(0);
      expect(JSON.parse(said)).toEqual({
        refused: expect.stringMatching(/^(EROFS|EACCES)$/),
        uid: 65_532,
        groups: [65_532],
        readOnly: true,
        capabilities: "0000000000000000",
        noNewPrivs: "1",
      });
    });

    test.for(SERVICES)(
      "%s ends in order when told to, and never used more memory than allowed",
      { timeout: 40_000 },
      async (service) => {
        const { code, signal, peakBytes, said } = await contained.get(service)!.terminate();
        expect({ code, signal }, said).toEqual({ code: 0, signal: null });
        expect(peakBytes).toBeLessThan(containments.get(service)!.memoryBytes);
        console.info(`${service}: ${Math.round(peakBytes / 2 ** 20)} MiB at the most`);
      },
    );
  },
);
