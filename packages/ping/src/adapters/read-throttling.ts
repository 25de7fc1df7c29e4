import { readFileSync } from "node:fs";

/** A file and field in which the kernel says how long it stopped a cgroup for its CPU limit. */
interface Counter {
  readonly file: string;
  readonly field: string;
  readonly unitsPerMs: number;
}

/**
 * Creates a function that reads how long the kernel has stopped this process's cgroup so far, in
 * milliseconds. It gives null if the kernel does not say. `root` is the root of the file system.
 * cgroup v2: throttled_usec in cpu.stat; v1: throttled_time in ns (docs.kernel.org:
 * admin-guide/cgroup-v2, scheduler/sched-bwc).
 */
export function createThrottlingReader(root = "/"): () => number | null {
  const counter = candidates(root).find((candidate) => readCounter(candidate) !== null);
  return () => (counter ? readCounter(counter) : null);
}

function candidates(root: string): Counter[] {
  const lines = (readText(`${root}proc/self/cgroup`) ?? "").trim().split("\n");
  return lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    const isV2 = controllers === "";
    if (!isV2 && !controllers.split(",").includes("cpu")) return [];
    const mounts = isV2 ? [""] : [`${controllers}/`, "cpu/"];
    const unit = isV2
      ? { field: "throttled_usec", unitsPerMs: 1e3 }
      : { field: "throttled_time", unitsPerMs: 1e6 };
    // In a container the cgroup's own directory may be the root of the mount.
    return mounts.flatMap((mount) =>
      [path.replace(/^\/+|\/+$/g, ""), ""].map((below) => ({
        file: `${root}sys/fs/cgroup/${mount}${below === "" ? "" : `${below}/`}cpu.stat`,
        ...unit,
      })),
    );
  });
}

function readCounter({ file, field, unitsPerMs }: Counter): number | null {
  const value = new RegExp(`^${field} (\\d+)$`, "m").exec(readText(file) ?? "")?.[1];
  return value === undefined ? null : Number(value) / unitsPerMs;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
