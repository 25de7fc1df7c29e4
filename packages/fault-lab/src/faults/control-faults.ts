import { Type } from "typebox";
import type { Lab } from "../lab.ts";
import { faultKind } from "./fault.ts";
import { stopAndGo } from "./pod-process.ts";

/** Faults of what netchecker stands on, and of netchecker itself. */

const NOTHING = Type.Object({});

const REDIS = "Redis";

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

const NETCHECKER = "netchecker";

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
