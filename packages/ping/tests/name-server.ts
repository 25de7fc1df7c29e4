import { once } from "node:events";
import { createSocket } from "node:dgram";
import { createUDPServer, Packet } from "dns2";
import { onTestFinished } from "vitest";

/**
 * The answers of a name server: addresses by name and type, or one response code for every
 * question.
 */
export interface Zone {
  readonly A?: Readonly<Record<string, string>>;
  readonly AAAA?: Readonly<Record<string, string>>;
  /** 2 is SERVFAIL, 3 NXDOMAIN. */
  readonly rcode?: number;
}

/** Starts a name server on loopback for one test. Returns `ip:port`. */
export async function nameServer(zone: Zone): Promise<string> {
  const server = createUDPServer((request, send) => {
    const response = Packet.createResponseFromRequest(request);
    if (zone.rcode !== undefined) response.header.rcode = zone.rcode;
    for (const question of request.questions) {
      const address = (question.type === Packet.TYPE.A ? zone.A : zone.AAAA)?.[question.name];
      if (address !== undefined)
        response.answers.push(Packet.createResourceFromQuestion(question, { ttl: 300, address }));
    }
    send(response);
  });
  server.on("requestError", () => {});
  await server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  return `127.0.0.1:${server.address().port}`;
}

/** A name server that receives questions and never answers. */
export async function silentNameServer(): Promise<string> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return `127.0.0.1:${socket.address().port}`;
}
