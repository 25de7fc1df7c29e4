import { promisify } from "node:util";
import type DNS from "dns2";
import { createUDPServer, Packet } from "dns2";
import type { ObjectStore } from "./api-server/object-store.ts";
import { explainListen } from "./local-cluster-error.ts";
import type { ServiceObject } from "./objects/service-object.ts";

const TTL_SECONDS = 5;

/** The cluster's DNS server: it knows the services in the store, by `<service>.<namespace>.svc.cluster.local`, and no other name. */
export class ClusterDns {
  readonly #host: string;
  readonly #server: DNS.UDPServer;

  constructor(host: string, store: ObjectStore) {
    this.#host = host;
    this.#server = createUDPServer((request, send) => {
      void send(answer(request, store));
    });
    // A packet that cannot be read is dropped, like the answer to a client that is gone.
    this.#server.on("requestError", () => {});
    this.#server.on("error", () => {});
  }

  /** `ip:port`, as a resolver takes it. */
  get address(): string {
    return `${this.#host}:${this.#server.address().port}`;
  }

  async start(): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const fail = (error: Error) => reject(explainListen(error, `${this.#host} (UDP)`));
    this.#server.once("error", fail);
    await Promise.race([this.#server.listen(0, this.#host), promise]);
    this.#server.off("error", fail);
  }

  async stop(): Promise<void> {
    await promisify(this.#server.close.bind(this.#server))().catch(() => {});
  }
}

function answer(request: DNS.Packet, store: ObjectStore): DNS.Packet {
  const response = Packet.createResponseFromRequest(request);
  const [question] = request.questions;
  response.header.aa = 1;
  if (!question) return response;
  const service = findService(question.name.toLowerCase(), store);
  if (!service) response.header.rcode = Packet.RCODE.NXDOMAIN;
  else if (question.type === Packet.TYPE.A)
    response.answers.push(
      Packet.createResourceFromQuestion(question, {
        ttl: TTL_SECONDS,
        address: service.spec.clusterIP,
      }),
    );
  return response;
}

function findService(name: string, store: ObjectStore): ServiceObject | undefined {
  const [, service, namespace] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local\.?$/.exec(name) ?? [];
  return service === undefined ? undefined : store.get("services", service, namespace);
}
