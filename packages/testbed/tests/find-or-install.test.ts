import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findOrInstallRedis } from "../src/programs/ensure.ts";
import { findOrInstall, type Machine } from "../src/programs/find-or-install.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ensure-redis-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string): string {
  const file = join(folder, name);
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, 0o755);
  return file;
}

const machine = (
  isRoot: boolean,
  run: Machine["run"] = () => Promise.reject(new Error("not asked")),
) => ({
  path: `/nowhere:${folder}`,
  isRoot,
  run,
});

test("one on the PATH is taken, and nothing is installed", async () => {
  const redis = program("redis-server");
  expect(await findOrInstallRedis(undefined, machine(true))).toBe(redis);
});

test("root with apt-get gets it installed, after an update of the package lists", async () => {
  program("apt-get");
  const ran: string[] = [];
  const run: Machine["run"] = async (_file, args) => {
    ran.push(args[0]!);
    if (args[0] === "install") program("redis-server");
  };
  expect(await findOrInstallRedis(undefined, machine(true, run))).toBe(
    join(folder, "redis-server"),
  );
  expect(ran).toEqual(["update", "install"]);
});

test("without apt-get, the user is told to install Redis", async () => {
  await expect(findOrInstallRedis(undefined, machine(true))).rejects.toThrow(
    "redis-server is not on the PATH: install Redis 6 or newer (https://redis.io/docs/latest/operate/oss_and_stack/install/), then start again.",
  );
});

test("who is not root is told the command to run", async () => {
  program("apt-get");
  await expect(findOrInstallRedis(undefined, machine(false))).rejects.toThrow(
    "redis-server is not on the PATH: run `sudo apt-get update && sudo apt-get install -y redis-server`, then start again.",
  );
});

test("an installation that fails says what apt-get said last", async () => {
  program("apt-get");
  const stderr = "W: something\nE: Unable to locate package redis-server\n";
  const run = () => Promise.reject(Object.assign(new Error("exit 100"), { stderr }));
  await expect(findOrInstallRedis(undefined, machine(true, run))).rejects.toThrow(
    "redis-server is not on the PATH and apt-get could not install it (E: Unable to locate package redis-server): install it by hand, then start again.",
  );
});

test("what has another name as a package is installed by that name", async () => {
  program("apt-get");
  const ran: string[] = [];
  const run: Machine["run"] = async (_file, args) => {
    ran.push(args.at(-1)!);
    if (args[0] === "install") program("nft");
  };
  const nft = { command: "nft", package: "nftables", byHand: "install nftables" };
  expect(await findOrInstall(nft, undefined, machine(true, run))).toBe(join(folder, "nft"));
  expect(ran).toEqual(["update", "nftables"]);
});
