import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { createZstdCompress, zstdCompress, zstdDecompress, zstdDecompressSync } from "node:zlib";
import { decoding, UnreadableRecordError } from "@netchecker/round/record-version";

export const compress = promisify(zstdCompress);
const unpack = promisify(zstdDecompress);

/** Throws an {@link UnreadableRecordError} if the data is damaged, like all functions here that decompress. */
export async function decompress(compressed: Buffer): Promise<Buffer> {
  return unpack(compressed).catch((cause: unknown) => {
    throw new UnreadableRecordError("a record cannot be decompressed", { cause });
  });
}

/** Compresses parts as one stream, without joining them in memory first. */
export function compressAll(parts: readonly (Uint8Array | string)[]): Promise<Buffer> {
  return buffer(Readable.from(parts, { objectMode: true }).pipe(createZstdCompress()));
}

export async function textOf(compressed: Buffer): Promise<string> {
  return (await decompress(compressed)).toString();
}

/**
 * For many small pieces of some kilobytes. Synchronous work takes a tenth of a millisecond each; the thread pool would
 * take more than twice that.
 */
export const decompressSmall = (compressed: Buffer): Buffer =>
  decoding("a compressed record", () => zstdDecompressSync(compressed));
