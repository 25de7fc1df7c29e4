import { constants, createDeflate, createGzip, createZstdCompress } from "node:zlib";
import type { Transform } from "node:stream";
import { Negotiator } from "@fastify/accept-negotiator";

/** In the order of preference. */
const ENCODINGS = ["zstd", "gzip", "deflate", "identity"] as const;
export type Encoding = (typeof ENCODINGS)[number];

const negotiator = new Negotiator({ supportedValues: [...ENCODINGS] });

/** How a client wants a body; `identity` where it does not say, or nothing else fits. */
export function encodingOf(acceptEncoding: string | undefined): Encoding {
  return (negotiator.negotiate(acceptEncoding ?? "") as Encoding | null) ?? "identity";
}

const CHUNK_BYTES = 64 * 1024;

/**
 * Little memory for each: a zlib encoder of these takes some 100 kB, a zstd one some 500 kB, where its
 * default takes 4 MB. Rows repeat within a few hundred bytes, so a small window finds nearly all of it.
 */
const ZLIB = { level: 3, windowBits: 15, memLevel: 7, chunkSize: CHUNK_BYTES };
const ZSTD = {
  chunkSize: CHUNK_BYTES,
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_windowLog]: 17,
  },
};

const ENCODERS: Readonly<Record<Exclude<Encoding, "identity">, () => Transform>> = {
  zstd: () => createZstdCompress(ZSTD),
  gzip: () => createGzip(ZLIB),
  deflate: () => createDeflate(ZLIB),
};

/** What encodes a stream; null where there is nothing to do. */
export function encoderFor(encoding: Encoding): Transform | null {
  return encoding === "identity" ? null : ENCODERS[encoding]();
}
