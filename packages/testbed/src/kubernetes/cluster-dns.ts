import { promises as dns } from "node:dns";
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type DNS from "dns2";
import { createUDPServer, Packet } from "dns2";
import type { ObjectStore } from "./api-server/object-store.ts";
import { explainListen } from "../sockets/listen.ts";
import type { Address } from "../sockets/tcp-proxy.ts";
import type { ServiceObject } from "./objects/service-object.ts";

const TTL_SECONDS = 5;

/** Where the cluster's DNS server passes names on that are not the cluster's own. */
export interface Upstream {
  resolve4(name: string): Promise<readonly string[]>;
  resolve6(name: string): Promise<readonly string[]>;
}

const nobody = async () => {
  throw Object.assign(new Error("there is no name but the cluster's"), { code: dns.NOTFOUND });
};
/** An upstream that knows no name. */
export const NO_UPSTREAM: Upstream = { resolve4: nobody, resolve6: nobody };

/**
 * The cluster's DNS server. It knows the services in the store, by
 * `<service>.<namespace>.svc.cluster.local`, and asks this machine's name servers for names that are not the cluster's.
 */
export class ClusterDns {
  /** How long it waits before each answer. */
  delayMs = 0;
  /** What it answers for the cluster's own names, instead of the truth. */
  wrongAddress: string | null = null;
  readonly #at: Address;
  readonly #store: ObjectStore;
  readonly #upstream: Upstream;
  #server: DNS.UDPServer | undefined;

  /** Port 0 takes a free one at each start. */
  constructor(at: Address, store: ObjectStore, upstream: Upstream = new dns.Resolver()) {
    this.#at = at;
    this.#store = store;
    this.#upstream = upstream;
  }

  /** `ip:port`, as a resolver takes it. */
  get address(): string {
    return `${this.#at.host}:${this.#server!.address().port}`;
  }

  /** Rejects with a TestbedError when its address is not to be had. */
  async start(): Promise<void> {
    const { host, port } = this.#at;
    const server = createUDPServer((request, send) => {
      // An answer to a client that is gone, or after the end, is nobody's loss.
      void sleep(this.delayMs)
        .then(() => answer(request, this.#store, this.#upstream, this.wrongAddress))
        .then(send)
        .catch(() => {});
    });
    this.#server = server;
    server.on("requestError", () => {});
    const { promise, reject } = Promise.withResolvers<never>();
    server.on("error", (error) => reject(explainListen(error, `${host} (UDP)`)));
    await Promise.race([server.listen(port, host), promise]);
  }

  /** Where it was, the kernel refuses. Safe to call twice. */
  async stop(): Promise<void> {
    if (!this.#server) return;
    await promisify(this.#server.close.bind(this.#server))().catch(() => {});
  }
}

async function answer(
  request: DNS.Packet,
  store: ObjectStore,
  upstream: Upstream,
  wrongAddress: string | null,
): Promise<DNS.Packet> {
  const response = Packet.createResponseFromRequest(request);
  const [question] = request.questions;
  if (!question) return response;
  const found = /\.cluster\.local\.?$/i.test(question.name)
    ? ownAddresses(question, store, wrongAddress)
    : await foreignAddresses(question, upstream);
  if (typeof found === "number") response.header.rcode = found;
  else
    for (const address of found)
      response.answers.push(
        Packet.createResourceFromQuestion(question, { ttl: TTL_SECONDS, address }),
      );
  return response;
}

/** A name's addresses, none where it has none of that family, or the code of an error. */
type Found = readonly string[] | number;

function ownAddresses(
  { name, type }: DNS.Packet.Question,
  store: ObjectStore,
  wrongAddress: string | null,
): Found {
  const parts = /^([^.]+)\.([^.]+)\.svc\.cluster\.local\.?$/.exec(name.toLowerCase());
  const service = parts && store.get<ServiceObject>("services", parts[1]!, parts[2]);
  if (!service) return Packet.RCODE.NXDOMAIN;
  const family = { [Packet.TYPE.A]: 4, [Packet.TYPE.AAAA]: 6 }[type];
  const addresses = wrongAddress === null ? service.spec.clusterIPs : [wrongAddress];
  return addresses.filter((ip) => isIP(ip) === family);
}

async function foreignAddresses(
  { name, type }: DNS.Packet.Question,
  upstream: Upstream,
): Promise<Found> {
  try {
    if (type === Packet.TYPE.A) return await upstream.resolve4(name);
    if (type === Packet.TYPE.AAAA) return await upstream.resolve6(name);
    return [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === dns.NODATA) return [];
    return code === dns.NOTFOUND ? Packet.RCODE.NXDOMAIN : Packet.RCODE.SERVFAIL;
  }
}
