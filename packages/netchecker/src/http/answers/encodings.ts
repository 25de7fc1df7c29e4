import { constants, createDeflate, createGzip, createZstdCompress } from "node:zlib";
import type { Transform } from "node:stream";
import { Negotiator } from "@fastify/accept-negotiator";

/** In the order of preference. */
const ENCODINGS = ["zstd", "gzip", "deflate", "identity"] as const;
export type Encoding = (typeof ENCODINGS)[number];

const negotiator = new Negotiator({ supportedValues: [...ENCODINGS] });

/** The encoding that a client prefers; `identity` if it does not say, or if no other encoding fits. */
export function encodingOf(acceptEncoding: string | undefined): Encoding {
  return (negotiator.negotiate(acceptEncoding ?? "") as Encoding | null) ?? "identity";
}

const CHUNK_BYTES = 64 * 1024;

/**
 * These settings need little memory: about 100 kB for a zlib encoder and about 500 kB for a zstd one, whose default
 * takes 4 MB. Rows repeat within a few hundred bytes, so a small window compresses them nearly as well.
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

/** An encoder for a stream; null for `identity`. */
export function encoderFor(encoding: Encoding): Transform | null {
  return encoding === "identity" ? null : ENCODERS[encoding]();
}
