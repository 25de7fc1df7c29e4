import { ReplyError } from "ioredis";
import { expect, it } from "vitest";
import { explainRedisError } from "./explain-redis-error.ts";

it("tells a transaction that lost its connection, whose error is also that of each of its commands", () => {
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

it("tells a transaction that was discarded by what was said to the first of its commands", () => {
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
  "tells that Redis is away by what the client says, whatever its class is called: %s",
  (words) => {
    class Zt extends Error {}
    expect(explainRedisError(new Zt(words))).toMatchObject({ code: "not_connected" });
  },
);

it("tells what Redis replied by the error's class, whatever a bundle calls it", () => {
  const denied = new ReplyError("DENIED Redis is running in protected mode");
  Object.defineProperty(denied, "name", { value: "Zt" });
  expect(explainRedisError(denied)).toMatchObject({ kind: "refuses", code: "DENIED" });
});
