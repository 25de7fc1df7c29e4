import { listLimits, redisNames, TARGET_TYPES } from "@netchecker/contract";
import { createHealthServer } from "@netchecker/runtime/health";
import { createLog, type Log } from "@netchecker/runtime/log";
import { exposeMetrics } from "@netchecker/runtime/metrics";
import { connectRedisPair, type RedisPair } from "@netchecker/runtime/redis";
import { createPublisher } from "./adapters/publish-report.ts";
import { createThrottlingReader } from "./adapters/read-throttling.ts";
import { receiveTargets } from "./adapters/receive-targets.ts";
import { createAgentServer, healthOf } from "./adapters/serve-agent.ts";
import { RoundAnswerer } from "./answer-rounds.ts";
import type { PingConfig } from "./config.ts";
import { AgentTally } from "./core/agent-tally.ts";
import { gatherMetrics } from "./gather-metrics.ts";
import type { ProbeTargets } from "./ports.ts";
import { createProbeTargets } from "./probe-targets.ts";
import { familiesFor } from "./probes/look-up.ts";
import { StallClock } from "./probes/stall-clock.ts";

/** Replacements for parts of the agent. Only tests use them. */
export interface Overrides {
  readonly log?: Log;
  /** Connections that the caller will end. */
  readonly redis?: RedisPair;
  readonly probe?: ProbeTargets;
}

const maxListChars = () => Math.max(...TARGET_TYPES.map((type) => listLimits(type).chars));

/**
 * Creates an agent with all its parts. It answers rounds from now on, and HTTP requests after
 * `serve`.
 */
export function createAgent(config: PingConfig, overrides: Overrides = {}) {
  const log = overrides.log ?? createLog("ping", config.LOG_LEVEL);
  const names = redisNames(config.REDIS_PREFIX);
  const { commands, subscriber } =
    overrides.redis ??
    connectRedisPair(
      { host: config.REDIS_HOST, url: config.REDIS_URL },
      {
        service: "ping",
        log,
        maxReplyBytes: { commands: maxListChars, subscriber: maxListChars },
      },
    );
  const agent = { pod: config.POD_NAME, node: config.NODE_NAME, ip: config.POD_IP };
  const tally = new AgentTally();
  const answerer = new RoundAnswerer({
    agent,
    log,
    publish: createPublisher(commands, names, log, tally),
    tally,
    probe: overrides.probe ?? probeTargetsOf(config),
  });
  const dropped = receiveTargets({ subscriber, commands }, names, log, (list) =>
    answerer.take(list),
  );
  const redis = () => ({
    commands: commands.status === "ready",
    subscriber: subscriber.status === "ready",
  });
  const parts = {
    redis: () => (Object.values(redis()).every(Boolean) ? ("connected" as const) : "away"),
    dropped,
  };
  const health = createHealthServer({ "/healthz": () => healthOf(parts) });
  const server = createAgentServer({
    ...parts,
    agent,
    answerScrape: exposeMetrics(() => gatherMetrics({ tally, dropped, redis })),
    lastAnswers: () => answerer.lastAnswers,
  });
  return {
    log,
    answerer,
    dropped,
    tally,
    serve() {
      const host = config.HOST !== undefined && { host: config.HOST };
      if (config.HEALTH_PORT !== undefined) health.listen({ port: config.HEALTH_PORT, ...host });
      server.listen({ port: config.PORT, ...host }, () =>
        log.info({ address: server.address(), agent }, "listening"),
      );
    },
    /** The order matters: first no new lists, then the last reports, then Redis and HTTP. */
    async stop() {
      if (!overrides.redis) subscriber.disconnect();
      await answerer.close();
      if (!overrides.redis) commands.disconnect();
      for (const each of [server, health]) {
        each.closeAllConnections();
        each.close();
      }
    },
  };
}

function probeTargetsOf(config: PingConfig): ProbeTargets {
  return createProbeTargets({
    agentName: config.POD_NAME,
    agentIp: config.POD_IP,
    concurrency: config.PROBE_CONCURRENCY,
    attempts: config.PROBE_ATTEMPTS,
    readThrottledMs: createThrottlingReader(),
    tools: {
      timeoutMs: config.PROBE_TIMEOUT_MS,
      stalls: new StallClock(),
      serviceConnections: config.SERVICE_CONNECTIONS,
      dnsServers: config.DNS_SERVERS,
      families: familiesFor(config.POD_IP),
    },
  });
}
