import { promises as dns } from "node:dns";
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type DNS from "dns2";
import { createUDPServer, Packet } from "dns2";
import type { ObjectStore } from "./api-server/object-store.ts";
import { explainListen } from "../sockets/listen.ts";
import type { ServiceObject } from "./objects/service-object.ts";

const TTL_SECONDS = 5;

/** Where the cluster's DNS server passes names on that are not the cluster's own. */
export interface Upstream {
  resolve4(name: string): Promise<readonly string[]>;
  resolve6(name: string): Promise<readonly string[]>;
}

/** How the DNS server answers. */
export interface DnsManner {
  /** Before each answer. */
  readonly delayMs: number;
  /** What it answers for the cluster's own names, instead of the truth. */
  readonly wrongAddress: string | null;
}

export const TRUTHFUL: DnsManner = { delayMs: 0, wrongAddress: null };

/**
 * The cluster's DNS server. It knows the services in the store, by
 * `<service>.<namespace>.svc.cluster.local`, and asks this machine's name servers for names that are not the cluster's.
 */
export class ClusterDns {
  manner = TRUTHFUL;
  readonly #host: string;
  readonly #server: DNS.UDPServer;

  constructor(host: string, store: ObjectStore, upstream: Upstream = new dns.Resolver()) {
    this.#host = host;
    this.#server = createUDPServer((request, send) => {
      // An answer to a client that is gone, or after the end, is nobody's loss.
      void sleep(this.manner.delayMs)
        .then(() => answer(request, store, upstream, this.manner.wrongAddress))
        .then(send)
        .catch(() => {});
    });
    this.#server.on("requestError", () => {});
  }

  /** `ip:port`, as a resolver takes it. */
  get address(): string {
    return `${this.#host}:${this.#server.address().port}`;
  }

  /** Rejects with a TestbedError when its address is not to be had. */
  async start(port = 0): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#server.on("error", (error) => reject(explainListen(error, `${this.#host} (UDP)`)));
    await Promise.race([this.#server.listen(port, this.#host), promise]);
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
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
