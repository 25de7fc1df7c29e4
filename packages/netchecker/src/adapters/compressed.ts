import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { createZstdCompress, zstdCompress, zstdDecompress } from "node:zlib";

export const compress = promisify(zstdCompress);
export const decompress = promisify(zstdDecompress);

/** Parts one after the other, without making one large part of them first. */
export function compressAll(parts: readonly Uint8Array[]): Promise<Buffer> {
  return buffer(Readable.from(parts, { objectMode: true }).pipe(createZstdCompress()));
}

export async function textOf(compressed: Buffer): Promise<string> {
  return (await decompress(compressed)).toString();
}
