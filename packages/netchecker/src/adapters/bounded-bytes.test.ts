import { describe, expect, it } from "vitest";
import { boundedLines, boundedText, TooManyBytesError } from "./bounded-bytes.ts";

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function* forEver(text: string, counted: { times: number }): AsyncGenerator<Uint8Array> {
  for (; ; counted.times += 1) yield Buffer.from(text);
}

async function linesOf(source: AsyncIterable<Uint8Array>, most: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of boundedLines(source, most)) lines.push(line);
  return lines;
}

describe("lines", () => {
  it("are the texts before each line break, wherever the chunks end", async () => {
    const text = '{"a":"ü"}\n\n{"b":2}\n{"cut';
    const whole = ['{"a":"ü"}', "", '{"b":2}'];
    expect(await linesOf(chunks(text), 100)).toEqual(whole);
    const bytes = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
    expect(await linesOf(ofBytes(bytes), 100)).toEqual(whole);
  });

  it("may each be exactly as long as allowed", async () => {
    expect(await linesOf(chunks("123", "45\n12345\n"), 5)).toEqual(["12345", "12345"]);
    await expect(linesOf(chunks("123", "456\n"), 5)).rejects.toBeInstanceOf(TooManyBytesError);
  });

  it("that never end are refused at the bound", async () => {
    const counted = { times: 0 };
    await expect(linesOf(forEver("0123456789", counted), 1_000)).rejects.toMatchObject({
      message: "a line is longer than 1000 bytes",
      maxBytes: 1_000,
    });
    expect(counted.times).toBe(100);
  });
});

describe("a text", () => {
  it("is read whole, and refused if it is longer than allowed", async () => {
    expect(await boundedText(chunks("ab", "", "ü"), 4)).toBe("abü");
    const counted = { times: 0 };
    await expect(boundedText(forEver("x", counted), 50)).rejects.toThrow(
      "the answer is longer than 50 bytes",
    );
    expect(counted.times).toBe(50);
  });
});

async function* ofBytes(bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes;
}
