import { visibleLines } from "@netchecker/contract/visible";

/**
 * Runs a service's start. What keeps it from starting is told in one line for people (a bad variable,
 * a missing file, a port that is taken), with its stack only where it is a fault of ours; then the
 * process ends with 1 as soon as nothing holds it.
 */
export async function startService(name: string, start: () => void | Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    const { message, stack, code } = error as NodeJS.ErrnoException;
    const explained = code !== undefined || EXPLAINED.has((error as Error).name);
    console.error(visibleLines(`${name} cannot start: ${explained ? message : stack}`));
    process.exitCode = 1;
  }
}

const EXPLAINED = new Set(["ConfigError", "KubeConfigError"]);
