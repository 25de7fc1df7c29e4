import { readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isLabProcess, LAB_PREFIX, labFolders, readRecord } from "./lab-record.ts";

const CGROUPS = "/sys/fs/cgroup";
/** A folder that says nothing may belong to a laboratory that is about to write it. */
const NEW_FOLDER_MS = 600_000;

/** Removes what laboratories left that were killed: folders and cgroups. All else is gone with a laboratory's process. */
export function removeLeftovers(): void {
  for (const folder of labFolders())
    if (isLeft(folder)) rmSync(folder, { recursive: true, force: true });
  for (const cgroup of labCgroups()) removeCgroup(cgroup);
}

function isLeft(folder: string): boolean {
  const record = readRecord(folder);
  if (record) return !isLabProcess(record.pid);
  const made = statSync(folder, { throwIfNoEntry: false });
  return made?.uid === process.getuid?.() && Date.now() - made!.mtimeMs > NEW_FOLDER_MS;
}

/** Of version 2 they are right there, of version 1 below each controller. */
function labCgroups(): string[] {
  const parents = [CGROUPS, ...foldersIn(CGROUPS)];
  return parents.flatMap(foldersIn).filter((path) => {
    const pid = new RegExp(`/${LAB_PREFIX}(\\d+)[^/]*$`).exec(path)?.[1];
    return pid !== undefined && !isLabProcess(Number(pid));
  });
}

function removeCgroup(path: string): void {
  for (const child of foldersIn(path)) removeCgroup(child);
  try {
    rmdirSync(path);
  } catch {
    // A process in it lives on: then it is in use.
  }
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(path, name));
  } catch {
    return [];
  }
}
