import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { createZstdCompress, zstdCompress, zstdDecompress, zstdDecompressSync } from "node:zlib";
import { decoding, UnreadableRecordError } from "@netchecker/round/record-version";

export const compress = promisify(zstdCompress);
const unpack = promisify(zstdDecompress);

/** Throws an {@link UnreadableRecordError} where it is damaged, as all that decompress do. */
export async function decompress(compressed: Buffer): Promise<Buffer> {
  return unpack(compressed).catch((cause: unknown) => {
    throw new UnreadableRecordError("a record cannot be decompressed", { cause });
  });
}

/** Parts one after the other, without making one large part of them first. */
export function compressAll(parts: readonly (Uint8Array | string)[]): Promise<Buffer> {
  return buffer(Readable.from(parts, { objectMode: true }).pipe(createZstdCompress()));
}

export async function textOf(compressed: Buffer): Promise<string> {
  return (await decompress(compressed)).toString();
}

/** For some kilobytes, and many of them: a tenth of a millisecond on the spot, and more than twice that elsewhere. */
export const decompressSmall = (compressed: Buffer): Buffer =>
  decoding("a compressed record", () => zstdDecompressSync(compressed));
