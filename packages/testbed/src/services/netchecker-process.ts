import { Child } from "./child-process.ts";
import { Restartable } from "./restartable.ts";

export interface NetcheckerSpec {
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  readonly logFile: string;
  readonly onLog?: ((line: string) => void) | undefined;
  /** Words that stand before its command, for example so that it runs in a cgroup. */
  readonly within?: readonly string[] | undefined;
}

const START_TIMEOUT_MS = 15_000;

/** The real netchecker as a process. */
export class NetcheckerProcess extends Restartable {
  readonly spec: NetcheckerSpec;

  constructor(spec: NetcheckerSpec) {
    super();
    this.spec = spec;
  }

  get url(): string {
    return this.spec.url;
  }

  /** Starts it and resolves when its `/healthz` answers. Rejects with a TestbedError. */
  async start(signal?: AbortSignal): Promise<void> {
    if (this.running) return;
    const { bundle, env, logFile, onLog, url, within = [] } = this.spec;
    const child = new Child({
      within,
      file: process.execPath,
      args: ["--max-semi-space-size=1", bundle],
      env,
      logFile,
      ...(onLog && { onLine: onLog }),
    });
    this.child = child;
    const failure = `netchecker did not start on ${url}`;
    await child.isUpWhen(() => answersHealth(url), {
      failure,
      timeoutMs: START_TIMEOUT_MS,
      signal,
    });
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    await this.child?.end(5_000);
  }
}

function answersHealth(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
