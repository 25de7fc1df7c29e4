import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Begins the names of a laboratory's folder and of its cgroups. */
export const LAB_PREFIX = "netchecker-lab-";

/** The name of a fault's cgroup. It tells whose it is, so that what a killed laboratory left can be removed. */
export const cgroupName = (id: string) => `${LAB_PREFIX}${process.pid}-${id}`;

/** What a laboratory's folder says of it. */
export interface LabRecord {
  readonly pid: number;
  /** netchecker's API, from where the laboratory was started. */
  readonly url: string;
  /** It goes on without who started it. */
  readonly background: boolean;
}

/** Where a laboratory takes commands. */
export const socketIn = (folder: string) => join(folder, "lab.sock");

const fileIn = (folder: string) => join(folder, "lab.json");

/** Every laboratory's folder on this machine, of those that are up and of those that were killed. */
export const labFolders = (): string[] =>
  readdirSync(tmpdir(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(LAB_PREFIX))
    .map(({ name }) => join(tmpdir(), name));

export function writeRecord(folder: string, record: LabRecord): void {
  // Whoever reads it finds all of it or nothing.
  writeFileSync(`${fileIn(folder)}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${fileIn(folder)}.new`, fileIn(folder));
}

/** What a folder says; null where it says nothing. */
export function readRecord(folder: string): LabRecord | null {
  try {
    // In a folder that all may write to, anybody could claim anything.
    if (statSync(folder).uid !== process.getuid?.()) return null;
    return JSON.parse(readFileSync(fileIn(folder), "utf8")) as LabRecord;
  } catch {
    return null;
  }
}

/** Whether a process is a laboratory, and not gone, nor another one that has got its id since. */
export function isLabProcess(pid: number): boolean {
  try {
    // Of whichever checkout: they share the machine's folders.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("/lab-process.ts");
  } catch {
    return false;
  }
}
