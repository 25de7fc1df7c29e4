import { Namespace } from "./namespace.ts";

/**
 * Frames as they are on a wire, each of its own: a super-packet that only exists inside of one machine would be lost,
 * or be too large, as a whole.
 */
const AS_ON_A_WIRE = "gso_max_segs 1 gso_max_size 1500 gro_max_size 1500";

/** The underlay: a switch that every node's uplink is plugged into. */
export class Fabric {
  readonly namespace: Namespace;

  private constructor(namespace: Namespace) {
    this.namespace = namespace;
  }

  static async create(logFolder: string): Promise<Fabric> {
    const namespace = await Namespace.create("fabric", logFolder);
    await namespace.run(
      "ip link add underlay type bridge forward_delay 0\nip link set underlay up\n",
    );
    return new Fabric(namespace);
  }

  /** Plugs a namespace in: its `eth0` gets the address, its port here has the namespace's name. */
  async plug(namespace: Namespace, ip: string, prefix: number): Promise<void> {
    await plugIn(namespace, this.namespace, { port: namespace.name, bridge: "underlay" });
    await namespace.run(`ip address add ${ip}/${prefix} dev eth0\n`);
  }
}

/** A cable from `eth0` of one namespace to a port of another's bridge. */
export async function plugIn(
  inner: Namespace,
  outer: Namespace,
  { port, bridge }: { readonly port: string; readonly bridge: string },
): Promise<void> {
  await outer.run(
    [
      `ip link add name ${port} type veth peer name eth0 netns ${inner.pid}`,
      `ip link set ${port} ${AS_ON_A_WIRE} master ${bridge} up`,
    ].join("\n"),
  );
  await inner.run(`ip link set eth0 ${AS_ON_A_WIRE} up\n`);
}
