import { listLimits, redisNames, TARGET_TYPES } from "@netchecker/contract";
import { createHealthServer } from "@netchecker/runtime/health";
import { createLog } from "@netchecker/runtime/log";
import { exposeMetrics } from "@netchecker/runtime/metrics";
import { connectRedisPair } from "@netchecker/runtime/redis";
import { startService } from "@netchecker/runtime/start";
import closeWithGrace from "close-with-grace";
import { createPublisher } from "./adapters/publish-report.ts";
import { createThrottlingReader } from "./adapters/read-throttling.ts";
import { receiveTargets } from "./adapters/receive-targets.ts";
import { createAgentServer, healthOf } from "./adapters/serve-agent.ts";
import { RoundAnswerer } from "./answer-rounds.ts";
import { runCommand } from "./by-hand/run-command.ts";
import { readPingConfig } from "./config.ts";
import { AgentTally } from "./core/agent-tally.ts";
import { gatherMetrics } from "./gather-metrics.ts";
import { leaveOutTurboFan } from "./leave-out-turbofan.ts";
import { createProber } from "./probe-targets.ts";
import { familiesFor } from "./probes/look-up.ts";
import { StallClock } from "./probes/stall-clock.ts";

const SHUTDOWN_MS = 2_500;

/**
 * With arguments it does one thing and ends. Imported like all else, on purpose: loaded when first used,
 * the bundler would wrap what both share and keep what neither needs, 2 MB more in each agent.
 */
async function command(): Promise<void> {
  process.exitCode = await runCommand(process.argv.slice(2), process.env, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
}

const mostListChars = () => Math.max(...TARGET_TYPES.map((type) => listLimits(type).chars));

function main(): void {
  const config = readPingConfig(process.env);
  const log = createLog("ping", config.LOG_LEVEL);
  const names = redisNames(config.REDIS_PREFIX);
  const address = { host: config.REDIS_HOST, url: config.REDIS_URL };
  const { commands, subscriber } = connectRedisPair(address, {
    service: "ping",
    log,
    maxReplyBytes: { commands: mostListChars, subscriber: mostListChars },
  });

  const agent = { pod: config.POD_NAME, node: config.NODE_NAME, ip: config.POD_IP };
  const tally = new AgentTally();
  const answerer = new RoundAnswerer({
    agent,
    log,
    publish: createPublisher(commands, names, log, tally),
    tally,
    probe: createProber({
      agentName: agent.pod,
      agentIp: agent.ip,
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
    }),
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

  closeWithGrace({ delay: SHUTDOWN_MS, logger: false }, async ({ signal, err }) => {
    log[err ? "fatal" : "info"]({ signal, err }, "stopping");
    // No new lists, then what is known is reported, then nobody is left who needs Redis or HTTP.
    subscriber.disconnect();
    await answerer.close();
    commands.disconnect();
    for (const each of [server, health]) {
      each.closeAllConnections();
      each.close();
    }
  });

  const host = config.HOST !== undefined && { host: config.HOST };
  if (config.HEALTH_PORT !== undefined) health.listen({ port: config.HEALTH_PORT, ...host });
  server.listen({ port: config.PORT, ...host }, () =>
    log.info({ address: server.address(), agent }, "listening"),
  );
}

leaveOutTurboFan();
void startService("ping", process.argv.length > 2 ? command : main);
