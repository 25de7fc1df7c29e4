import type { Namespace } from "../namespaces/network/namespace.ts";
import { dropNftTable, nftTable } from "../namespaces/network/nft.ts";
import type { Undo } from "./undo.ts";

/** Adds a table of nftables with these chains, for as long as a fault lasts. */
export async function addTable(
  namespace: Namespace,
  family: "ip" | "netdev",
  name: string,
  chains: readonly string[],
  undo: Undo,
): Promise<void> {
  undo.defer(async () => {
    // A node that is gone took its tables along.
    await namespace.run(dropNftTable(family, name)).catch(() => {});
  });
  await namespace.run(nftTable(family, name, chains.join("\n")));
}
