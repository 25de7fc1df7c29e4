const IPV4 = /^\d+\.\d+\.\d+\.\d+(:\d+)?$/;
const IPV6 = /^(\[[0-9a-f:.]+\]:\d+|[0-9a-f.]*:[0-9a-f:.]*:[0-9a-f:.]*)$/i;

/** The family of an IP address, with or without a port. Null for a host name: nobody has looked it up yet. */
export function addressFamily(address: string | null): "IPv4" | "IPv6" | null {
  if (address === null) return null;
  if (IPV4.test(address)) return "IPv4";
  return IPV6.test(address) ? "IPv6" : null;
}
