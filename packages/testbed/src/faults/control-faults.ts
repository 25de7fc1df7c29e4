import { Type } from "typebox";
import type { Lab } from "../namespaces/lab.ts";
import { CLUSTER_IP, CONTROL } from "../namespaces/network/addresses.ts";
import { dropNftTable, nftTable } from "../namespaces/network/nft.ts";
import { faultKind } from "./fault.ts";
import { stopAndGo } from "./pod-process.ts";

/** Faults of what netchecker stands on, and of netchecker itself. */

const NOTHING = Type.Object({});

const REDIS = "Redis";
const NETCHECKER = "netchecker";

export const redisDown = faultKind({
  summary: "Redis is down",
  parameters: NOTHING,
  apply: (lab, _, id) =>
    lab.broken.hold(REDIS, id, async (undo) => {
      undo.defer(() => lab.redis.start());
      await lab.redis.kill();
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({ noRounds: true }),
});

export const redisRestarted = faultKind({
  summary: "Redis is killed and starts again at once, with nothing in it",
  parameters: NOTHING,
  async apply(lab) {
    await lab.redis.kill();
    if (!lab.broken.has(REDIS)) await lab.redis.start();
  },
  heal: async () => {},
  effect: () => ({}),
});

export const redisSlow = faultKind({
  summary: "Redis stands still for a moment, again and again",
  parameters: NOTHING,
  apply: (lab, _, id) =>
    lab.broken.hold("Redis: slow", id, async (undo) => {
      undo.remove(stopAndGo(signalRedis(lab, "SIGSTOP"), signalRedis(lab, "SIGCONT")));
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({}),
});

const signalRedis = (lab: Lab, signal: NodeJS.Signals) => () => {
  const { pid } = lab.redis;
  if (pid !== undefined && !lab.broken.has(REDIS)) process.kill(pid, signal);
};

/** Redis has a trouble, which as a rule keeps rounds from being opened. */
const troubledRedis = (
  summary: string,
  begin: (lab: Lab) => Promise<unknown> | void,
  end: (lab: Lab) => Promise<unknown> | void,
  effect: { noRounds?: true } = { noRounds: true },
) =>
  faultKind({
    summary,
    parameters: NOTHING,
    apply: (lab, _, id) =>
      lab.broken.hold(summary, id, async (undo) => {
        undo.defer(async () => {
          // One that was killed meanwhile has forgotten it; one that is away has nothing to recover from.
          if (!lab.broken.has(REDIS)) await end(lab);
        });
        await begin(lab);
      }),
    heal: (lab, _, id) => lab.broken.release(id),
    effect: () => effect,
  });

export const redisReadOnly = troubledRedis(
  "Redis is a read-only replica, as after a failover",
  ({ redis }) => redis.becomeReplica(),
  ({ redis }) => redis.becomePrimary(),
);

export const redisFull = troubledRedis(
  "Redis is full: it refuses whatever takes memory",
  ({ redis }) => redis.fillUp(),
  ({ redis }) => redis.makeRoom(),
  // They are run and served, and not stored.
  {},
);

export const redisPaused = troubledRedis(
  "Redis stands still: it accepts connections and answers nothing",
  ({ redis }) => redis.freeze(),
  ({ redis }) => redis.thaw(),
);

export const redisPassword = troubledRedis(
  "Redis has another password than its clients know",
  ({ redis }) => redis.changePassword("changed"),
  ({ redis }) => redis.changePassword(null),
);

const LARGE_TABLE = "large-packets-to-redis";

export const redisLargeLost = faultKind({
  summary: "large packets on netchecker's way to Redis are lost without a word",
  parameters: Type.Object({
    passesBytes: Type.Integer({
      minimum: 100,
      maximum: 9_000,
      default: 1_400,
      description: "the largest packet that gets through",
    }),
  }),
  apply: (lab, { passesBytes }, id) =>
    lab.broken.hold(LARGE_TABLE, id, async (undo) => {
      const { namespace } = lab.control;
      undo.defer(async () => {
        await namespace.run(dropNftTable("ip", LARGE_TABLE));
      });
      // Who dials Redis by its service from here is netchecker; agents' packets are not sent from here.
      const rule = `ct original ip daddr ${CLUSTER_IP.redis} ip daddr ${CONTROL.redis} tcp dport 6379 ip length > ${passesBytes} drop`;
      await namespace.run(
        nftTable(
          "ip",
          LARGE_TABLE,
          `chain sent { type filter hook output priority 10;\n${rule}\n}`,
        ),
      );
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  // Small rounds get through.
  effect: () => ({ noRounds: true }),
});

export const leaseTaken = faultKind({
  summary: "another netchecker holds the lease to open rounds",
  parameters: Type.Object({
    owner: Type.String({
      minLength: 1,
      maxLength: 200,
      default: "netchecker-elsewhere",
      description: "what the lease says of who holds it",
    }),
  }),
  apply: (lab, { owner }, id) =>
    lab.broken.hold("lease", id, async (undo) => {
      undo.defer(() => lab.foreignLease.release());
      undo.remove(() => lab.foreignLease.stop());
      await lab.foreignLease.take(owner);
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({ noRounds: true }),
});

export const apiNever = faultKind({
  summary: "netchecker has started anew and has never seen the API server, which is away",
  parameters: NOTHING,
  apply: (lab, _, id) =>
    lab.broken.hold("API server", id, async (undo) => {
      undo.defer(() => lab.apiServer.start());
      await lab.apiServer.stop();
      await lab.netchecker.kill();
      if (!lab.broken.has(NETCHECKER)) await lab.netchecker.start();
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({ noRounds: true }),
});

export const apiEmpty = faultKind({
  summary: "the API server's list of nodes is empty, though there are nodes",
  parameters: NOTHING,
  apply: (lab, _, id) =>
    lab.broken.hold("API server: empty list", id, async (undo) => {
      undo.defer(() => {
        lab.apiServer.listAll("nodes");
        lab.apiServer.compact();
      });
      lab.apiServer.listNothing("nodes");
      // Whoever watches has to list anew.
      lab.apiServer.compact();
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({ noRounds: true }),
});

export const apiAway = faultKind({
  summary: "the API server is away",
  parameters: NOTHING,
  apply: (lab, _, id) =>
    lab.broken.hold("API server", id, async (undo) => {
      undo.defer(() => lab.apiServer.start());
      await lab.apiServer.stop();
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({}),
});

export const apiHung = faultKind({
  summary: "the API server accepts connections and answers nothing",
  parameters: NOTHING,
  apply: (lab, _, id) =>
    lab.broken.hold("API server: hung", id, async (undo) => {
      undo.defer(() => lab.apiServer.resume());
      lab.apiServer.hang();
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({}),
});

export const watchExpired = faultKind({
  summary: "the API server has forgotten its history: every watch ends with a 410",
  parameters: NOTHING,
  apply: async (lab) => lab.apiServer.compact(),
  heal: async () => {},
  effect: () => ({}),
});

export const netcheckerKilled = faultKind({
  summary: "netchecker is killed",
  parameters: NOTHING,
  apply: (lab, _, id) =>
    lab.broken.hold(NETCHECKER, id, async (undo) => {
      undo.defer(() => lab.netchecker.start());
      await lab.netchecker.kill();
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({ noRounds: true }),
});

export const netcheckerRestarted = faultKind({
  summary: "netchecker ends in good order and starts again",
  parameters: NOTHING,
  async apply(lab) {
    await lab.netchecker.stop();
    if (!lab.broken.has(NETCHECKER)) await lab.netchecker.start();
  },
  heal: async () => {},
  effect: () => ({}),
});
