import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createThrottlingReader } from "../src/adapters/read-throttling.ts";

/** A file system with these files. */
function root(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "cgroup-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return `${folder}/`;
}

const V2 = "usage_usec 5\nnr_periods 3\nnr_throttled 2\nthrottled_usec 12500\n";
const V1 = "nr_periods 3\nnr_throttled 2\nthrottled_time 12500000\n";

test.each([
  [
    "cgroup v2, the cgroup's own directory",
    {
      "proc/self/cgroup": "0::/kubepods/pod1/a\n",
      "sys/fs/cgroup/kubepods/pod1/a/cpu.stat": V2,
      "sys/fs/cgroup/cpu.stat": "usage_usec 9\n",
    },
  ],
  [
    "cgroup v2 in a container, where the mount's root is the cgroup",
    { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.stat": V2 },
  ],
  [
    "cgroup v2 in a container that sees its host's path",
    { "proc/self/cgroup": "0::/../a\n", "sys/fs/cgroup/cpu.stat": V2 },
  ],
  [
    "cgroup v1",
    {
      "proc/self/cgroup": "11:cpuset:/a\n4:cpu,cpuacct:/kubepods/a\n0::/\n",
      "sys/fs/cgroup/cpu,cpuacct/kubepods/a/cpu.stat": V1,
    },
  ],
  [
    "cgroup v1 in a container",
    {
      "proc/self/cgroup": "4:cpu,cpuacct:/kubepods/a\n",
      "sys/fs/cgroup/cpu/cpu.stat": V1,
    },
  ],
])("reads the kernel's number: %s", (_, files) => {
  expect(createThrottlingReader(root(files))()).toBe(12.5);
});

test.each([
  ["no cgroup at all", {}],
  [
    "a cgroup that does not count",
    { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.stat": "usage_usec 9\n" },
  ],
])("gives null if the kernel does not say: %s", (_, files) => {
  expect(createThrottlingReader(root(files))()).toBeNull();
});

test("reads the file again each time", () => {
  const folder = root({ "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.stat": V2 });
  const read = createThrottlingReader(folder);
  writeFileSync(`${folder}sys/fs/cgroup/cpu.stat`, V2.replace("12500", "13500"));
  expect(read()).toBe(13.5);
});
