/**
 * The detail of an outcome that lost large packets: the size of the largest IP packet that got
 * through, in bytes.
 */
export function sayLargestPacket(bytes: number): string {
  return `packets of up to ${bytes} bytes pass`;
}

/** The number of bytes in a detail that {@link sayLargestPacket} wrote. Null for any other text. */
export function readLargestPacket(detail: string | undefined): number | null {
  const said = /^packets of up to ([1-9]\d{2,4}) bytes pass$/.exec(detail ?? "");
  return said && Number(said[1]);
}
