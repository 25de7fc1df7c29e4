/** The detail of a loss of large packets: the largest IP packet that got through, bytes. */
export function sayLargestPacket(bytes: number): string {
  return `packets of up to ${bytes} bytes pass`;
}

/** What {@link sayLargestPacket} said; null for anything else. */
export function readLargestPacket(detail: string | undefined): number | null {
  const said = /^packets of up to ([1-9]\d{2,4}) bytes pass$/.exec(detail ?? "");
  return said && Number(said[1]);
}
