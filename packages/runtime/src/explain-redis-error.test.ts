import { ReplyError } from "ioredis";
import { expect, it } from "vitest";
import { explainRedisError } from "./explain-redis-error.ts";

it("explains a transaction that lost its connection and whose commands all have the same error", () => {
  const lost = Object.assign(new Error("Command aborted due to connection close"), {
    previousErrors: [] as Error[],
  });
  lost.previousErrors.push(lost, lost);
  expect(explainRedisError(lost)).toEqual({
    kind: "away",
    code: "not_connected",
    sentence: "Redis is away",
  });
});

it("explains a discarded transaction by the error of its first command", () => {
  const discarded = Object.assign(new ReplyError("EXECABORT Transaction discarded"), {
    previousErrors: [new ReplyError("READONLY You can't write against a read only replica.")],
  });
  expect(explainRedisError(discarded)).toMatchObject({ kind: "refuses", code: "READONLY" });
});

it.each([
  "Reached the max retries per request limit (which is 0). Refer to it for details.",
  "Command aborted due to connection close",
  "Connection is closed.",
  "Stream isn't writeable and enableOfflineQueue options is false",
])(
  "recognises by the client's message that Redis is away, even if a bundle renamed the error's class: %s",
  (words) => {
    class Zt extends Error {}
    expect(explainRedisError(new Zt(words))).toMatchObject({ code: "not_connected" });
  },
);

it("recognises a reply of Redis by the error's class, even if a bundle renamed it", () => {
  const denied = new ReplyError("DENIED Redis is running in protected mode");
  Object.defineProperty(denied, "name", { value: "Zt" });
  expect(explainRedisError(denied)).toMatchObject({ kind: "refuses", code: "DENIED" });
});
