import { expect, test } from "vitest";
import { MachineError, requireRootOnLinux } from "./machine.ts";

test("root on Linux is let through", () => {
  expect(() => requireRootOnLinux("linux", 0)).not.toThrow();
});

test.each([
  ["darwin", 0, "run it on Linux"],
  ["win32", undefined, "run it on Linux"],
  ["linux", 1_000, "run the same command with sudo"],
])("user %2$s on %1$s is told what to do", (platform, user, advice) => {
  expect(() => requireRootOnLinux(platform, user)).toThrow(MachineError);
  expect(() => requireRootOnLinux(platform, user)).toThrow(advice);
});
