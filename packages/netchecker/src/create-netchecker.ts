import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { redisNames } from "@netchecker/contract";
import { createHealthServer } from "@netchecker/runtime/health";
import { createLog, type Log } from "@netchecker/runtime/log";
import { exposeMetrics } from "@netchecker/runtime/metrics";
import { connectRedisPair, type RedisPair } from "@netchecker/runtime/redis";
import { answerChecks } from "./adapters/answer-checks.ts";
import { anyAddress } from "./adapters/any-address.ts";
import { ApiServerAccess } from "./adapters/api-server-access.ts";
import { collectReports } from "./adapters/collect-reports.ts";
import { diagnoseRedis } from "./adapters/diagnose-redis.ts";
import { holdLease } from "./adapters/hold-lease.ts";
import { loadKubeConfig } from "./adapters/load-kube-config.ts";
import { createRoundPublisher, reconnectIfUnheard } from "./adapters/publish-targets.ts";
import { watchRedisHealth } from "./adapters/redis-health.ts";
import { createRoundStore } from "./adapters/store-rounds.ts";
import { type LiveClusterWatch, watchCluster } from "./adapters/watch-cluster.ts";
import { type RedisTroubleWatch, watchRedisTrouble } from "./adapters/watch-redis-trouble.ts";
import { Changes } from "./changes.ts";
import { checkInstallation, checkWatched, watchedBy } from "./check-install.ts";
import type { Config } from "./config.ts";
import { RoundsTally } from "./core/metrics/rounds-tally.ts";
import { driveSteps } from "./drive-steps.ts";
import { gatherMetrics } from "./gather-metrics.ts";
import { createApp } from "./http/app.ts";
import { readinessOf } from "./http/routes/health-routes.ts";
import { limitsWithin } from "./http/limits-within.ts";
import type { Served } from "./http/served.ts";
import { RoundKeeper } from "./keep-rounds.ts";
import type { RoundStore } from "./ports.ts";
import { RoundRunner } from "./run-rounds.ts";
import { VerdictWatch } from "./watch-verdict.ts";

/** Replacements for parts of netchecker. Only tests use them. */
export interface Overrides {
  readonly log?: Log;
  /** Connections that netchecker must not close. */
  readonly redis?: RedisPair;
  readonly cluster?: LiveClusterWatch;
  readonly trouble?: RedisTroubleWatch;
  readonly store?: Partial<RoundStore>;
  /** How long the lease lasts without a renewal. */
  readonly leaseMs?: number;
  readonly newListId?: () => string;
}

/** How long a shutdown waits for the last writes. */
const LAST_WRITES_MS = 5_000;

/** How long the first round waits for Redis. Each start needs a moment to connect, and that is no trouble with Redis. */
const CONNECT_MS = 2_000;

/** The folder of the started bundle. The page is beside it. */
const BUNDLE_FOLDER = dirname(process.argv[1]!);

/** Wires all parts of netchecker. It opens no round before `runRounds`, and answers nothing before `serve`. */
export function createNetchecker(config: Config, overrides: Overrides = {}) {
  const log = overrides.log ?? createLog("netchecker", config.LOG_LEVEL);
  const stop = new AbortController();
  const names = redisNames(config.REDIS_PREFIX);
  const address = { host: config.REDIS_HOST, url: config.REDIS_URL };
  const { commands, subscriber } =
    overrides.redis ??
    connectRedisPair(address, {
      service: "netchecker",
      log,
      neverEvicted: true,
      maxReplyBytes: { subscriber: () => reports.maxReportChars },
    });
  const changes = new Changes();
  const health = watchRedisHealth(commands, changes);
  const trouble =
    overrides.trouble ??
    watchRedisTrouble(() => diagnoseRedis(address, names), { log, changes }, stop.signal);
  const cluster = overrides.cluster ?? watchItsCluster(config, log, stop.signal);
  const lease = holdLease(commands, names, config.POD_NAME ?? hostname(), log, stop.signal, {
    cluster: () => cluster.view().service?.uid || null,
    clusterName: config.CLUSTER_NAME ?? null,
    trouble,
    ...(overrides.leaseMs !== undefined && { leaseMs: overrides.leaseMs }),
  });
  const history = { fullRounds: config.HISTORY_FULL_ROUNDS, rounds: config.HISTORY_ROUNDS };
  const store = {
    ...createRoundStore(commands, names, lease, history, { log, trouble }),
    ...overrides.store,
  };
  const keeper = new RoundKeeper(store, log, changes, ({ nodePasts }) => cluster.recall(nodePasts));
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
      publisher: createRoundPublisher(
        commands,
        names,
        lease,
        trouble,
        reconnectIfUnheard(commands, log),
      ),
      reports,
      store,
      keeper,
      lease,
      tally,
      log,
      redisTrouble: () => trouble.trouble(),
      changes,
      newListId: overrides.newListId ?? randomUUID,
    },
    stop.signal,
  );
  health.onReady(() => void runner.redisIsBack().catch(() => {}));
  async function connectAndRun(): Promise<void> {
    if (commands.status !== "ready")
      await once(commands, "ready", {
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(CONNECT_MS)]),
      }).catch(() => {});
    await runner.run();
  }
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
  let running: Promise<void> | null = null;
  const closing: (() => unknown)[] = [];
  return {
    runner,
    keeper,
    lease,
    store,
    tally,
    log,
    /** Opens rounds until `stop`. */
    runRounds: () => (running ??= connectAndRun()),
    /** Answers over HTTP, and answers `--check`. Resolves to the address; rejects if it cannot listen there. */
    async serve() {
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
        build: digestOf(join(BUNDLE_FOLDER, "service.js")),
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
        pageFolder: join(BUNDLE_FOLDER, "page"),
      });
      const healthServer = createHealthServer({
        "/healthz": () => ({ status: 200, body: { status: "ok" } }),
        "/readyz": () => readinessOf(served),
      });
      closing.push(
        () => healthServer.close(),
        () => app.close(),
      );
      const checkItself = () => checkInstallation(config, checkWatched(cluster, watchedBy(config)));
      answerChecks(config.PORT, checkItself, log, stop.signal);
      const host = config.HOST ?? (await anyAddress());
      if (config.HEALTH_PORT !== undefined) {
        healthServer.listen({ port: config.HEALTH_PORT, host });
        await once(healthServer, "listening");
      }
      await app.listen({ port: config.PORT, host });
      return app.server.address();
    },
    /**
     * First no new round opens, and the open one is recorded. Then the lease is released, before the servers
     * close, because slow readers must not delay the next netchecker. Redis comes last.
     */
    async stop() {
      stop.abort();
      await Promise.race([running, sleep(LAST_WRITES_MS, undefined, { ref: false })]);
      await lease.release().catch(() => {});
      for (const close of closing) await close();
      if (overrides.redis) return;
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}

function watchItsCluster(config: Config, log: Log, signal: AbortSignal): LiveClusterWatch {
  const access = new ApiServerAccess(() => loadKubeConfig(config.KUBECONFIG), log);
  return watchCluster(access, watchedBy(config), log, signal);
}

/** A short name for this build. The started bundle only loads another one, which is the one to name. */
function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("base64url").slice(0, 8);
}
