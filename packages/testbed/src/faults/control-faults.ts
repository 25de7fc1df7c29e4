import { Type } from "typebox";
import type { RedisServer } from "../services/redis-server.ts";
import { CLUSTER_IP, CONTROL } from "../namespaces/network/addresses.ts";
import { addTable } from "../namespaces/network/nft.ts";
import { faultKind } from "./fault.ts";
import { NOTHING } from "./parameters.ts";
import { stopAndGo } from "./pod-process.ts";

const REDIS = "Redis";
const NETCHECKER = "netchecker";

/** Redis has a trouble, which as a rule keeps rounds from being opened. */
const troubledRedis = (
  summary: string,
  begin: (redis: RedisServer) => Promise<void> | void,
  end: (redis: RedisServer) => Promise<void> | void,
  effect: { noRounds?: true } = { noRounds: true },
) =>
  faultKind({
    summary,
    parameters: NOTHING,
    thing: () => summary,
    async break({ redis, broken }, _, undo) {
      undo.defer(async () => {
        // One that was killed meanwhile has forgotten it; one that is away has nothing to recover from.
        if (!broken.has(REDIS)) await end(redis);
      });
      await begin(redis);
    },
    effect: () => effect,
  });

const LARGE_TABLE = "large-packets-to-redis";

/** Faults of what netchecker stands on, and of netchecker itself. */
export const CONTROL_FAULTS = {
  "redis-down": faultKind({
    summary: "Redis is down",
    parameters: NOTHING,
    thing: () => REDIS,
    async break(lab, _, undo) {
      undo.defer(() => lab.redis.start());
      await lab.redis.kill();
    },
    effect: () => ({ noRounds: true }),
  }),
  "redis-restarted": faultKind({
    summary: "Redis is killed and starts again at once, with nothing in it",
    parameters: NOTHING,
    async break(lab) {
      await lab.redis.kill();
      if (!lab.broken.has(REDIS)) await lab.redis.start();
    },
  }),
  "redis-slow": faultKind({
    summary: "Redis stands still for a moment, again and again",
    parameters: NOTHING,
    thing: () => "Redis: slow",
    async break(lab, _, undo) {
      const unlessDown = (act: "freeze" | "thaw") => () => {
        if (!lab.broken.has(REDIS)) lab.redis[act]();
      };
      undo.defer(stopAndGo(unlessDown("freeze"), unlessDown("thaw")));
    },
  }),
  "redis-read-only": troubledRedis(
    "Redis is a read-only replica, as after a failover",
    (redis) => redis.becomeReplica(),
    (redis) => redis.becomePrimary(),
  ),
  "redis-full": troubledRedis(
    "Redis is full: it refuses whatever takes memory",
    (redis) => redis.fillUp(),
    (redis) => redis.makeRoom(),
    // They are run and served, and not stored.
    {},
  ),
  "redis-paused": troubledRedis(
    "Redis stands still: it accepts connections and answers nothing",
    (redis) => redis.freeze(),
    (redis) => redis.thaw(),
  ),
  "redis-password": troubledRedis(
    "Redis has another password than its clients know",
    (redis) => redis.changePassword("changed"),
    (redis) => redis.changePassword(null),
  ),
  "redis-large-lost": faultKind({
    summary: "large packets on netchecker's way to Redis are lost without a word",
    parameters: Type.Object({
      passesBytes: Type.Integer({
        minimum: 100,
        maximum: 9_000,
        default: 1_400,
        description: "the largest packet that gets through",
      }),
    }),
    thing: () => LARGE_TABLE,
    async break(lab, { passesBytes }, undo) {
      // Who dials Redis by its service from here is netchecker; agents' packets are not sent from here.
      const rule = `ct original ip daddr ${CLUSTER_IP.redis} ip daddr ${CONTROL.redis} tcp dport 6379 ip length > ${passesBytes} drop`;
      const chain = `chain sent { type filter hook output priority 10;\n${rule}\n}`;
      await addTable(lab.control.namespace, "ip", LARGE_TABLE, [chain], undo);
    },
    // Small rounds get through.
    effect: () => ({ noRounds: true }),
  }),
  "lease-taken": faultKind({
    summary: "another netchecker holds the lease to open rounds",
    parameters: Type.Object({
      owner: Type.String({
        minLength: 1,
        maxLength: 200,
        default: "netchecker-elsewhere",
        description: "what the lease says of who holds it",
      }),
    }),
    thing: () => "lease",
    async break(lab, { owner }, undo) {
      undo.defer(() => lab.foreignLease.release());
      await lab.foreignLease.take(owner);
    },
    effect: () => ({ noRounds: true }),
  }),
  "api-never": faultKind({
    summary: "netchecker has started anew and has never seen the API server, which is away",
    parameters: NOTHING,
    thing: () => "API server",
    async break(lab, _, undo) {
      undo.defer(() => lab.apiServer.start());
      await lab.apiServer.stop();
      await lab.netchecker.kill();
      if (!lab.broken.has(NETCHECKER)) await lab.netchecker.start();
    },
    effect: () => ({ noRounds: true }),
  }),
  "api-empty": faultKind({
    summary: "the API server's list of nodes is empty, though there are nodes",
    parameters: NOTHING,
    thing: () => "API server: empty list",
    async break(lab, _, undo) {
      undo.defer(() => {
        lab.apiServer.listAll("nodes");
        lab.apiServer.compact();
      });
      lab.apiServer.listNothing("nodes");
      // Whoever watches has to list anew.
      lab.apiServer.compact();
    },
    effect: () => ({ noRounds: true }),
  }),
  "api-away": faultKind({
    summary: "the API server is away",
    parameters: NOTHING,
    thing: () => "API server",
    async break(lab, _, undo) {
      undo.defer(() => lab.apiServer.start());
      await lab.apiServer.stop();
    },
  }),
  "api-hung": faultKind({
    summary: "the API server accepts connections and answers nothing",
    parameters: NOTHING,
    thing: () => "API server: hung",
    async break(lab, _, undo) {
      undo.defer(() => lab.apiServer.resume());
      lab.apiServer.hang();
    },
  }),
  "watch-expired": faultKind({
    summary: "the API server has forgotten its history: every watch ends with a 410",
    parameters: NOTHING,
    break: async (lab) => lab.apiServer.compact(),
  }),
  "netchecker-killed": faultKind({
    summary: "netchecker is killed",
    parameters: NOTHING,
    thing: () => NETCHECKER,
    async break(lab, _, undo) {
      undo.defer(() => lab.netchecker.start());
      await lab.netchecker.kill();
    },
    effect: () => ({ noRounds: true }),
  }),
  "netchecker-restarted": faultKind({
    summary: "netchecker ends in good order and starts again",
    parameters: NOTHING,
    async break(lab) {
      await lab.netchecker.stop();
      if (!lab.broken.has(NETCHECKER)) await lab.netchecker.start();
    },
  }),
};
