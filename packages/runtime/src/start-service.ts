import { visibleLines } from "@netchecker/contract/visible";

/**
 * Runs the start of a service. If it fails, one line says why, for example a bad variable, a
 * missing file or a port that is taken. A stack is only printed for a bug of netChecker itself. The
 * process then ends with exit code 1, as soon as nothing keeps it running.
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
