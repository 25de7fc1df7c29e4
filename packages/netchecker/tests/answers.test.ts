import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { randomBytes } from "node:crypto";
import { fastify } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Answer,
  ANSWER_LIMITS,
  type AnswerLimits,
  Answers,
} from "../src/http/answers/answers.ts";
import { boundWholeTexts } from "../src/http/answers/whole-texts.ts";

const MIB = 1024 * 1024;
/** More than the buffers of both ends of a socket take. */
const LONG_BYTES = 16 * MIB;

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

const line = `${"who reached whom ".repeat(60)}\n`;
const noise = Buffer.from(randomBytes(MIB).toString("base64").slice(0, MIB)).toString();

function* lines(count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) yield line;
}

function* noises(mib: number): Generator<string> {
  for (let index = 0; index < mib; index += 1) yield noise;
}

/** A server whose `/<kind>/<any>` sends the body in `kinds`. It counts how often a body was begun. */
async function serving(
  kinds: Record<string, () => Iterable<string>>,
  limits: Partial<AnswerLimits> = {},
) {
  const answers = new Answers({ ...ANSWER_LIMITS, ...limits });
  const app = fastify({ forceCloseConnections: true });
  const opened: Record<string, number> = {};
  app.addHook("onSend", boundWholeTexts());
  app.get<{ Params: { kind: string; any: string } }>("/:kind/:any", (request, reply) => {
    const { kind, any } = request.params;
    const open: Answer["open"] = () => {
      opened[kind] = (opened[kind] ?? 0) + 1;
      return { pieces: kinds[kind]!() };
    };
    return answers.send(request, reply, { key: `${kind} ${any}`, type: "text/plain", open });
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  ending.push(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return { answers, opened, port, url: (path: string) => `http://127.0.0.1:${port}${path}` };
}

/** A client that sends a request, reads the head of the answer, and then stops reading. */
async function stoppedReader(port: number, path: string, encoding = "identity"): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  ending.push(async () => void socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`);
  await once(socket, "data");
  socket.pause();
  return socket;
}

const ask = (url: string, encoding: string) =>
  fetch(url, { headers: { "accept-encoding": encoding }, signal: AbortSignal.timeout(60_000) });

describe("an answer that is short enough", () => {
  it("is made once for each encoding, however many read it", async () => {
    const { opened, url } = await serving({ lines: () => lines(2_000) });
    const encodings = ["zstd", "gzip", "deflate", "identity"];
    const texts = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const answer = await ask(url("/lines/a"), encodings[index % 4]!);
        expect(answer.headers.get("content-encoding") ?? "identity").toBe(encodings[index % 4]);
        return answer.text();
      }),
    );
    expect(new Set(texts)).toEqual(new Set([line.repeat(2_000)]));
    expect(opened).toEqual({ lines: 4 });
  });

  it("is sent without encoding if it is very short", async () => {
    const { url } = await serving({ one: () => ["short"] });
    const answer = await ask(url("/one/a"), "gzip");
    expect(answer.headers.get("content-encoding")).toBeNull();
    expect([answer.headers.get("vary"), await answer.text()]).toEqual(["accept-encoding", "short"]);
  });

  it("stays within its memory bound, however many different bodies clients ask for", async () => {
    const { answers, opened, url } = await serving(
      { noise: () => noises(1) },
      { allSharedBytes: 4 * MIB },
    );
    for (let index = 0; index < 12; index += 1)
      await (await ask(url(`/noise/${index}`), "identity")).arrayBuffer();
    expect(opened).toEqual({ noise: 12 });
    expect(answers.held.sharedBytes).toBeGreaterThan(2 * MIB);
    expect(answers.held.sharedBytes).toBeLessThanOrEqual(4 * MIB);
  });

  it("counts while a client still reads it, and a request beyond the bound gets a 503 until then", async () => {
    const { answers, port, url } = await serving(
      { noise: () => noises(LONG_BYTES / MIB) },
      { sharedBytes: LONG_BYTES + MIB, allSharedBytes: 1.5 * LONG_BYTES },
    );
    const reader = await stoppedReader(port, "/noise/a");
    const refused = await ask(url("/noise/b"), "identity");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(await refused.json()).toMatchObject({ code: "busy" });
    expect(answers.held.sharedBytes).toBeLessThanOrEqual(1.5 * LONG_BYTES);
    // Clients that ask for the same body share it.
    expect((await (await ask(url("/noise/a"), "identity")).arrayBuffer()).byteLength).toBe(
      LONG_BYTES,
    );
    reader.destroy();
    await expect
      .poll(async () => {
        const answer = await ask(url("/noise/b"), "identity");
        await answer.arrayBuffer();
        return answer.status;
      })
      .toBe(200);
  });
});

it("the number of slow readers of large bodies is bounded, and small answers are still served", async () => {
  const { answers, port, url } = await serving(
    { noise: () => noises(LONG_BYTES / MIB), short: () => lines(20) },
    { sharedBytes: LONG_BYTES + MIB, allSharedBytes: 2 * LONG_BYTES, readers: 2 },
  );
  await stoppedReader(port, "/noise/a");
  const second = await stoppedReader(port, "/noise/a");
  expect(answers.held.readers).toBe(2);
  const refused = await ask(url("/noise/a"), "identity");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
  await refused.arrayBuffer();
  expect(await (await ask(url("/short/a"), "identity")).text()).toBe(line.repeat(20));
  second.destroy();
  await expect.poll(() => answers.held.readers).toBe(1);
  expect((await (await ask(url("/noise/a"), "identity")).arrayBuffer()).byteLength).toBe(
    LONG_BYTES,
  );
});

describe("a long answer", () => {
  const LIMITS = { sharedBytes: MIB, streams: 3, encodedStreams: 1 };
  const long = { noise: () => noises(LONG_BYTES / MIB) };

  it("is made for each reader, for a bounded number at once, and the next reader gets a 503", async () => {
    const { answers, port, url } = await serving(long, LIMITS);
    const readers = [];
    for (let index = 0; index < 3; index += 1) readers.push(await stoppedReader(port, "/noise/a"));
    expect(answers.held.streams).toBe(3);
    const refused = await ask(url("/noise/a"), "identity");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(await refused.json()).toMatchObject({ code: "busy" });
    readers[1]!.destroy();
    await expect.poll(() => answers.held.streams).toBe(2);
    const served = await ask(url("/noise/a"), "identity");
    expect((await served.arrayBuffer()).byteLength).toBe(LONG_BYTES);
    await expect.poll(() => answers.held.streams).toBe(2);
  });

  it("is encoded for only some of them", async () => {
    const { answers, port, url } = await serving(long, LIMITS);
    await stoppedReader(port, "/noise/a", "zstd");
    expect(answers.held.streams).toBe(1);
    const refused = await ask(url("/noise/a"), "gzip");
    expect(refused.status).toBe(503);
    await refused.arrayBuffer();
    const served = await ask(url("/noise/a"), "identity");
    expect([served.status, (await served.arrayBuffer()).byteLength]).toEqual([200, LONG_BYTES]);
  });

  it("leaves nothing behind of the shared copy that was begun before the answer proved too long", async () => {
    const { answers, opened, url } = await serving(long, LIMITS);
    for (let index = 0; index < 2; index += 1)
      await (await ask(url("/noise/a"), "gzip")).arrayBuffer();
    // The first request begins it as a shared copy.
    expect(opened).toEqual({ noise: 3 });
    expect(answers.held.sharedBytes).toBeLessThan(10_000);
  });

  it("is not made for a HEAD request", async () => {
    const { opened, url } = await serving(long, LIMITS);
    const answer = await fetch(url("/noise/a"), { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(opened).toEqual({});
  });
});

it("if a body cannot be made, all who wait for it get an error, and the next request tries again", async () => {
  let broken = true;
  const { url } = await serving({
    maybe: () => {
      if (broken) throw new Error("no luck");
      return ["well"];
    },
  });
  const failed = await Promise.all([1, 2, 3].map(() => ask(url("/maybe/a"), "gzip")));
  expect(failed.map(({ status }) => status)).toEqual([500, 500, 500]);
  broken = false;
  expect(await (await ask(url("/maybe/a"), "gzip")).text()).toBe("well");
});

it("texts that wait for their readers are bounded, and a short error replaces further ones", async () => {
  const app = fastify({ forceCloseConnections: true });
  app.addHook("onSend", boundWholeTexts(1.5 * LONG_BYTES));
  const text = noise.repeat(LONG_BYTES / MIB);
  app.get("/", (_request, reply) => reply.type("text/plain").send(text));
  await app.listen({ host: "127.0.0.1", port: 0 });
  ending.push(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const reader = await stoppedReader(port, "/");
  const refused = await ask(`http://127.0.0.1:${port}/`, "identity");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await refused.json()).toMatchObject({ code: "busy" });
  reader.destroy();
  await expect
    .poll(async () => {
      const answer = await ask(`http://127.0.0.1:${port}/`, "identity");
      await answer.arrayBuffer();
      return answer.status;
    })
    .toBe(200);
});
