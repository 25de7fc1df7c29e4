import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { PATH } from "../../src/namespaces/network/namespace.ts";

/** What a laboratory could leave on this machine, beside processes. */
export function machineState(): Record<string, string> {
  const say = (file: string, ...args: string[]) =>
    execFileSync(file, args, { encoding: "utf8", env: { PATH } });
  return {
    links: say("ip", "-o", "link"),
    namespaces: say("ip", "netns"),
    rules: say("nft", "list", "ruleset"),
    routes: say("ip", "route"),
    mounts: readFileSync("/proc/self/mounts", "utf8"),
  };
}
