/** A process of its own, so that it answers whatever the laboratory is busy with: the cluster's DNS server. It hears from its parent how to answer. */
import { NOTFOUND } from "node:dns";
import { ObjectStore } from "../../kubernetes/api-server/object-store.ts";
import { ClusterDns, type Upstream } from "../../kubernetes/cluster-dns.ts";
import { clusterServices } from "../cluster-services.ts";
import type { DnsManner } from "./lab-dns.ts";

const nobody = async () => {
  throw Object.assign(new Error("there is no name but the cluster's"), { code: NOTFOUND });
};
/** The world outside has no names. */
const NO_OTHER_NAMES: Upstream = { resolve4: nobody, resolve6: nobody };

const store = new ObjectStore();
for (const service of clusterServices()) store.create("services", service);
const dns = new ClusterDns(process.argv[2]!, store, NO_OTHER_NAMES);
process.on("message", (manner: DnsManner) => Object.assign(dns, manner));
process.once("disconnect", () => process.exit());
await dns.start(53);
process.send!({ listening: true });
