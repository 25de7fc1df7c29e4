import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "@netchecker/testbed/services/child-process";
import { findOrInstallPrometheus } from "@netchecker/testbed/programs/ensure";
import { freePort } from "@netchecker/testbed/sockets/listen";

/**
 * What to scrape: a job, its targets as `host:port`, and the labels that the operator would add.
 */
export interface Job {
  readonly job: string;
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** One series of an instant query. */
export interface Instant {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

const START_TIMEOUT_MS = 30_000;

/** A real Prometheus that scrapes every second, with rules. Its data is deleted when it stops. */
export class Prometheus {
  readonly #child: Child;
  readonly #folder: string;
  readonly #url: string;

  private constructor(child: Child, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.#url = url;
  }

  static async start(jobs: readonly Job[], rules: string): Promise<Prometheus> {
    const file = await findOrInstallPrometheus("prometheus");
    const folder = await mkdtemp(join(tmpdir(), "netchecker-prometheus-"));
    const config = {
      global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
      rule_files: ["rules.yaml"],
      scrape_configs: jobs.map(({ job, targets, labels = {} }) => ({
        job_name: job,
        static_configs: [{ targets, labels }],
      })),
    };
    await writeFile(join(folder, "prometheus.yaml"), JSON.stringify(config));
    await writeFile(join(folder, "rules.yaml"), rules);
    const address = `127.0.0.1:${await freePort("127.0.0.1")}`;
    const args = [`--config.file=${folder}/prometheus.yaml`, `--storage.tsdb.path=${folder}/data`];
    args.push(`--web.listen-address=${address}`, "--log.level=warn");
    const logFile = join(folder, "log");
    const child = new Child({ file, args, env: {}, logFile });
    const prometheus = new Prometheus(child, folder, `http://${address}`);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await prometheus.#isReady())) {
      if (child.running && Date.now() < deadline) await sleep(100);
      else {
        const why = child.lastWords();
        await prometheus.stop();
        throw new Error(`Prometheus did not start on ${address}; its last words: ${why}`);
      }
    }
    return prometheus;
  }

  /** Runs an instant query. Rejects with Prometheus' error message. */
  async query(expr: string): Promise<Instant[]> {
    const { result } = await this.#get<{
      result: { metric: Record<string, string>; value: [number, string] }[];
    }>(`query?query=${encodeURIComponent(expr)}`);
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async alerts(): Promise<Alert[]> {
    return (await this.#get<{ alerts: Alert[] }>("alerts")).alerts;
  }

  async stop(): Promise<void> {
    await this.#child.end(5_000);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1/${path}`);
    const { data, error } = (await response.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(error);
    return data;
  }

  #isReady(): Promise<boolean> {
    return fetch(`${this.#url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
