import type { TargetColumns } from "@netchecker/contract";

/** Beside the networks that local clusters use. */
const NETWORK = "127.200";
const PORT = 18_090;

const digits = (index: number) => String(index + 1).padStart(4, "0");

/** So many pong pods, each on a node and a loopback address of its own, as a round's list has them. */
export function manyPods(count: number): TargetColumns {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return {
    check: indexes.map(() => "echo"),
    name: indexes.map((index) => `pong-${digits(index)}`),
    node: indexes.map((index) => `node-${digits(index)}`),
    address: indexes.map((index) => `${NETWORK}.${index >> 8}.${index & 255}:${PORT}`),
  };
}
