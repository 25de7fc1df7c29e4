import { namespaceFault, rowsFromNamespace } from "./network-namespace.ts";
import { notMeasured, type Row } from "./table.ts";

/** One agent where packets are lost without a word, in a network namespace with nftables. */
export function benchSilentNetwork(part: "dropped" | "no-way-out"): Promise<Row[]> {
  const fault = namespaceFault();
  return fault
    ? Promise.resolve([notMeasured(`agent, ${part}`, fault)])
    : rowsFromNamespace(new URL("./silent-network.ts", import.meta.url), part);
}
