import { fileURLToPath } from "node:url";
import { Child } from "../../services/child-process.ts";
import { GATEWAY, OUTSIDE, UNDERLAY_PREFIX } from "./addresses.ts";
import { type Fabric, plugIn } from "./fabric.ts";
import { Namespace } from "./namespace.ts";

const LISTENER = fileURLToPath(new URL("outside-listener.ts", import.meta.url));

/** The gateway of the cluster, and behind it the world: one host that accepts connections and answers HTTP. */
export class Outside {
  readonly gateway: Namespace;
  readonly #world: Namespace;
  readonly #listener: Child;

  private constructor(gateway: Namespace, world: Namespace, listener: Child) {
    this.gateway = gateway;
    this.#world = world;
    this.#listener = listener;
  }

  static async create(fabric: Fabric, logFolder: string): Promise<Outside> {
    const gateway = await Namespace.create("gateway", logFolder);
    await fabric.plug(gateway, GATEWAY.ip, UNDERLAY_PREFIX);
    const world = await Namespace.create("world", logFolder);
    // What has no place here (a ClusterIP that nobody translated, say) vanishes, as it does in the world.
    await gateway.run(
      "ip link add wan type bridge forward_delay 0\nip link set wan up\nip route add blackhole default\n",
    );
    await plugIn(world, gateway, { port: "world", bridge: "wan" });
    await gateway.run(`ip address add ${GATEWAY.outside}/24 dev wan\n`);
    await world.run(
      `ip address add ${OUTSIDE.ip}/24 dev eth0\nip route add default via ${GATEWAY.outside}\n`,
    );
    const listener = await Child.started(
      {
        within: world.within,
        file: process.execPath,
        args: [LISTENER],
        env: {},
        logFile: `${logFolder}/outside.log`,
      },
      "the world outside did not start",
    );
    return new Outside(gateway, world, listener);
  }

  /** Safe to call twice. */
  async remove(): Promise<void> {
    await this.#listener.end(500);
    await Promise.all([this.#world.remove(), this.gateway.remove()]);
  }
}
