import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@netchecker/testbed/sockets/listen";
import { cgroupFault } from "@netchecker/testbed/services/limited-cgroup";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { ServicePod } from "../src/load/bed/service-pod.ts";

const MIB = 2 ** 20;
const pods: ServicePod[] = [];
const folder = mkdtempSync(join(tmpdir(), "netchecker-load-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  for (const pod of pods.splice(0)) await pod.stop();
});

/** Starts a Node script with a memory limit of 128 MiB. */
async function startPod(name: string, script: string): Promise<ServicePod> {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, script);
  const pod = new ServicePod({
    name,
    command: [process.execPath, file],
    env: {},
    memoryBytes: 128 * MIB,
    logFile: join(folder, `${name}.log`),
    healthy: () => Promise.resolve(true),
  });
  pods.push(pod);
  await pod.start();
  return pod;
}

const fault = cgroupFault();

describe.skipIf(fault !== null)(
  `a service in its cgroup${fault === null ? "" : `: ${fault}`}`,
  () => {
    it("is killed, counted and started again if it takes more memory than its limit", async () => {
      const pod = await startPod(
        "greedy",
        "const held = []; setInterval(() => held.push(Buffer.alloc(8 << 20, 1)), 20);",
      );
      await vi.waitFor(() => expect(pod.deaths.length).toBeGreaterThan(1), { timeout: 25_000 });
      expect(new Set(pod.deaths)).toEqual(new Set(["greedy: memory limit"]));
      expect(pod.peakMiB).toBeGreaterThan(100);
    });

    it("counts as a death, with the exit code, if it ends by itself", async () => {
      const pod = await startPod("brief", "setTimeout(() => process.exit(3), 200);");
      await vi.waitFor(() => expect(pod.deaths).toContain("brief: ended with 3"), {
        timeout: 15_000,
      });
    });

    it("is killed, too, if data that nobody reads fills its sockets up to the limit", async () => {
      const port = await freePort("127.0.0.1");
      const script = `require("node:net").createServer((socket) => { socket.on("error", () => {}); socket.write(Buffer.alloc(1 << 20)); }).listen(${port}, "127.0.0.1");`;
      const pod = await startPod("unread", script);
      const sockets: Socket[] = [];
      const knock = setInterval(() => {
        const socket = connect(port, "127.0.0.1", () => socket.pause());
        socket.on("error", () => {});
        sockets.push(socket);
      }, 20);
      await vi.waitFor(() => expect(pod.deaths).toContain("unread: memory limit"), {
        timeout: 25_000,
      });
      clearInterval(knock);
      for (const socket of sockets) socket.destroy();
      expect(pod.peakMiB).toBeGreaterThan(100);
    });
  },
);
