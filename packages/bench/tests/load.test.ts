import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { limitsFault } from "../src/load/bed/limits-fault.ts";
import type { LoadRow } from "../src/load/load-row.ts";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const MAIN = file("../src/load/main.ts");
const fault = limitsFault();

const run = (...args: string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8", timeout: 20_000 });

describe("bench:load", () => {
  it("prints its help, and refuses an unknown row", () => {
    const help = run("--help");
    expect(help.stdout).toContain("--only ROW,…");
    expect(help.status).toBe(0);
    const unknown = run("--only", "nothing");
    expect(unknown.stderr).toContain("There is no row nothing; allowed: readers-200,");
    expect(unknown.status).toBe(2);
  });

  it.skipIf(fault !== null)(
    `no process dies and nothing is lost with readers of every kind and with damaged records${fault === null ? "" : ` (not tried: ${fault})`}`,
    { timeout: 120_000 },
    async () => {
      const command = ["--net", "--", process.execPath, file("./load-smoke.ts")];
      const { stdout } = await promisify(execFile)("unshare", command);
      const [readers, damage] = JSON.parse(stdout) as [LoadRow, LoadRow];
      for (const { died, lost, seen } of [readers, damage]) {
        // A busy machine may serve late, so late answers do not count here.
        const gone = lost.filter((what) => !what.includes("served after"));
        expect({ died, gone, seen }).toEqual({ died: [], gone: [], seen });
      }
      // The rows did try something.
      expect(readers.seen).toMatch(/[1-9]\d+ answers served/);
      expect(Number(/idle at once: (\d+)/.exec(readers.seen)?.[1])).toBeGreaterThan(0);
      expect(damage.tried).toContain("1 of ");
    },
  );
});
