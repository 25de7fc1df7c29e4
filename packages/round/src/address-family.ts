const IPV4 = /^\d+\.\d+\.\d+\.\d+(:\d+)?$/;
const IPV6 = /^(\[[0-9a-f:.]+\]:\d+|[0-9a-f.]*:[0-9a-f:.]*:[0-9a-f:.]*)$/i;

/** Of an address that is an IP, with a port or without; a host name has none yet. */
export function addressFamily(address: string | null): "IPv4" | "IPv6" | null {
  if (address === null) return null;
  if (IPV4.test(address)) return "IPv4";
  return IPV6.test(address) ? "IPv6" : null;
}
