import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { redisNames } from "@netchecker/contract";
import { createHealthServer } from "@netchecker/runtime/health";
import { createLog } from "@netchecker/runtime/log";
import { exposeMetrics } from "@netchecker/runtime/metrics";
import { connectRedisPair } from "@netchecker/runtime/redis";
import { startService } from "@netchecker/runtime/start";
import closeWithGrace from "close-with-grace";
import { answerChecks } from "./adapters/answer-checks.ts";
import { anyAddress } from "./adapters/any-address.ts";
import { ApiServerAccess } from "./adapters/api-server-access.ts";
import { collectReports } from "./adapters/collect-reports.ts";
import { holdLease } from "./adapters/hold-lease.ts";
import { createRoundPublisher, renewing } from "./adapters/publish-targets.ts";
import { loadKubeConfig } from "./adapters/load-kube-config.ts";
import { watchRedisHealth } from "./adapters/redis-health.ts";
import { diagnoseRedis } from "./adapters/diagnose-redis.ts";
import { watchRedisTrouble } from "./adapters/watch-redis-trouble.ts";
import { createRoundStore } from "./adapters/store-rounds.ts";
import { watchCluster } from "./adapters/watch-cluster.ts";
import type { Checked } from "./ask-running.ts";
import { Changes } from "./changes.ts";
import {
  type Check,
  checkCluster,
  checkRedis,
  checkWatched,
  formatChecks,
  NOTES,
} from "./check-install.ts";
import { readConfig } from "./config.ts";
import { RoundsTally } from "./core/metrics/rounds-tally.ts";
import { driveSteps } from "./drive-steps.ts";
import { gatherMetrics } from "./gather-metrics.ts";
import { createApp } from "./http/app.ts";
import { readinessOf } from "./http/health-routes.ts";
import { limitsWithin } from "./http/limits-within.ts";
import type { Served } from "./http/served.ts";
import { RoundKeeper } from "./keep-rounds.ts";
import { RoundRunner } from "./run-rounds.ts";
import { VerdictWatch } from "./watch-verdict.ts";

type Config = ReturnType<typeof readConfig>;

/** All checks; those of the cluster are made meanwhile. */
async function checked(config: Config, ofCluster: Check[] | Promise<Check[]>): Promise<Checked> {
  const address = { host: config.REDIS_HOST, url: config.REDIS_URL };
  const checks = [
    { ok: true, what: "the configuration can be used" },
    ...(await checkRedis(address, redisNames(config.REDIS_PREFIX), hostOf(address))),
    ...(await ofCluster),
    ...NOTES,
  ];
  return { ok: checks.every(({ ok }) => ok), text: formatChecks(checks) };
}

const watchedBy = (config: Config) => ({
  namespace: config.NAMESPACE,
  serviceName: config.PONG_SERVICE,
});

/** `--check` where no netchecker runs: says what is wrong with the installation, and ends with 1 when something is. */
async function check(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog("netchecker", config.LOG_LEVEL);
  const apiServer = new ApiServerAccess(() => loadKubeConfig(config.KUBECONFIG), log);
  const { ok, text } = await checked(config, checkCluster(apiServer, watchedBy(config)));
  await apiServer.close();
  console.log(text);
  if (!ok) process.exitCode = 1;
}

/** Of the bundle that runs, which is not the one that was started: that one only loads it. */
function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("base64url").slice(0, 8);
}

/** So long an end waits for what is still to be stored. */
const LAST_WRITES_MS = 5_000;

/** Never the whole URL: it holds a password. */
function hostOf({
  host,
  url,
}: {
  readonly host: string;
  readonly url: string | undefined;
}): string {
  return url === undefined ? host : new URL(url).host;
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog("netchecker", config.LOG_LEVEL);
  const apiServer = new ApiServerAccess(() => loadKubeConfig(config.KUBECONFIG), log);
  const stop = new AbortController();

  const names = redisNames(config.REDIS_PREFIX);
  const address = { host: config.REDIS_HOST, url: config.REDIS_URL };
  const { commands: redis, subscriber } = connectRedisPair(address, {
    service: "netchecker",
    log,
    keeps: true,
    maxReplyBytes: { subscriber: () => reports.mostChars },
  });
  const changes = new Changes();
  const health = watchRedisHealth(redis, changes);
  const trouble = watchRedisTrouble(
    () => diagnoseRedis(address, names),
    { log, changes },
    stop.signal,
  );
  const history = { fullRounds: config.HISTORY_FULL_ROUNDS, rounds: config.HISTORY_ROUNDS };
  const cluster = watchCluster(apiServer, watchedBy(config), log, stop.signal);
  const checkItself = () => checked(config, checkWatched(cluster, watchedBy(config)));
  answerChecks(config.PORT, checkItself, log, stop.signal);
  const lease = holdLease(redis, names, config.POD_NAME ?? hostname(), log, stop.signal, {
    cluster: () => cluster.view().service?.uid || null,
    clusterName: config.CLUSTER_NAME ?? null,
    trouble,
  });
  const store = createRoundStore(redis, names, lease, history, { log, trouble });
  const keeper = new RoundKeeper(store, log, changes, (memory) => cluster.recall(memory.nodePasts));
  const reports = collectReports(subscriber, names, log, trouble);
  const tally = new RoundsTally();
  const runner = new RoundRunner(
    {
      intervalMs: config.ROUND_INTERVAL_MS,
      timeoutMs: config.ROUND_TIMEOUT_MS,
      plan: {
        namespace: config.NAMESPACE,
        serviceName: config.PONG_SERVICE,
        clusterDomain: config.CLUSTER_DOMAIN,
        pongPort: config.PONG_PORT,
        kubeletPort: config.KUBELET_PORT,
        externalTargets: config.EXTERNAL_TARGETS,
        nodeStartupMs: config.NODE_STARTUP_MS,
      },
    },
    {
      cluster,
      publisher: createRoundPublisher(redis, names, lease, trouble, renewing(redis, log)),
      reports,
      store,
      keeper,
      lease,
      tally,
      log,
      redisTrouble: () => trouble.trouble(),
      changes,
      newListId: () => randomUUID(),
    },
    stop.signal,
  );
  health.onReady(() => void runner.redisIsBack().catch(() => {}));
  const startedAt = Date.now();
  const verdicts = new VerdictWatch(
    () => ({
      at: Date.now(),
      startedAt,
      intervalMs: config.ROUND_INTERVAL_MS,
      latest: keeper.latest?.head ?? null,
      last: keeper.last,
      holder: lease.holder,
      redis: trouble.trouble(),
      clusterUnseen: runner.synced ? null : { why: cluster.problem() },
      nodes: cluster.nodeCount(),
    }),
    log,
    changes,
  );
  verdicts.start(stop.signal);
  const metrics = {
    verdict: () => verdicts.now(),
    unreadable: () => store.unreadable(),
    cluster,
    intervalMs: config.ROUND_INTERVAL_MS,
    keeper,
    lease,
    redis: { commands: health, subscriber: watchRedisHealth(subscriber) },
    tally,
  };
  const served: Served = {
    keeper,
    intervalMs: config.ROUND_INTERVAL_MS,
    log,
    build: digestOf(join(dirname(process.argv[1]!), "service.js")),
    changes,
    verdict: () => verdicts.now(),
    isStale: () => verdicts.isStale(),
    holder: () => lease.holder,
    synced: () => runner.synced,
    clusterStaleSince: () => cluster.staleSince(),
    redisAwaySince: () => health.awaySince,
    redisTrouble: () => trouble.trouble()?.sentence ?? null,
    openRound: () => runner.open,
    requestPauseMs: config.ROUND_REQUEST_PAUSE_MS,
    triggerRound: () => runner.trigger(),
    answerScrape: exposeMetrics(() => driveSteps(gatherMetrics(metrics))),
  };
  const app = await createApp(served, {
    ...limitsWithin(process.constrainedMemory()),
    token: config.API_TOKEN,
    // Beside this file, where the build brings it.
    pageFolder: join(dirname(process.argv[1]!), "page"),
  });
  const healthServer = createHealthServer({
    "/healthz": () => ({ status: 200, body: { status: "ok" } }),
    "/readyz": () => readinessOf(served),
  });

  const running = runner.run();
  const end = async (): Promise<void> => {
    // In this order: no new round and the open one recorded, then the lease, as readers may be slow, then no
    // new answers, then Redis.
    stop.abort();
    await Promise.race([running, sleep(LAST_WRITES_MS, undefined, { ref: false })]);
    await lease.release().catch(() => {});
    healthServer.close();
    await app.close();
    redis.disconnect();
    subscriber.disconnect();
  };
  closeWithGrace({ delay: 10_000, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, "ends after an error that nobody caught");
    else log.info({ signal }, "ends");
    await end();
  });
  try {
    const host = config.HOST ?? (await anyAddress());
    if (config.HEALTH_PORT !== undefined) {
      healthServer.listen({ port: config.HEALTH_PORT, host });
      await once(healthServer, "listening");
    }
    await app.listen({ port: config.PORT, host });
  } catch (error) {
    await end();
    throw error;
  }
  log.info({ address: app.server.address() }, "serves");
}

void startService("netchecker", process.argv.includes("--check") ? check : main);
