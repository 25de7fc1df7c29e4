/**
 * A process of its own, so that it answers whatever its parent is busy with: the cluster's DNS server. It hears from its
 * parent how to answer.
 */
import { NOTFOUND } from "node:dns";
import { ObjectStore } from "./api-server/object-store.ts";
import { ClusterDns, type DnsManner, type Upstream } from "./cluster-dns.ts";
import type { ServiceObject } from "./objects/service-object.ts";

const nobody = async () => {
  throw Object.assign(new Error("there is no name but the cluster's"), { code: NOTFOUND });
};
/** The world outside has no names. */
const NO_OTHER_NAMES: Upstream = { resolve4: nobody, resolve6: nobody };

const [, , host, services] = process.argv as string[];
const store = new ObjectStore(1, { services: JSON.parse(services!) as ServiceObject[] });
const dns = new ClusterDns(host!, store, NO_OTHER_NAMES);
process.on("message", (manner: DnsManner) => (dns.manner = manner));
process.once("disconnect", () => process.exit());
await dns.start(53);
process.send!({ listening: true });
