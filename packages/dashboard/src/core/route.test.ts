import { expect, it } from "vitest";
import { hrefOf, parseRoute, type Route } from "./route.ts";

it.each<[string, Route]>([
  ["#/", { round: null, place: { at: "overview" } }],
  ["#/round/42", { round: 42, place: { at: "overview" } }],
  ["#/node/ip-10-0-0-1.ec2", { round: null, place: { at: "node", node: "ip-10-0-0-1.ec2" } }],
  ["#/round/7/node/a", { round: 7, place: { at: "node", node: "a" } }],
  ["#/pair/a/b", { round: null, place: { at: "pair", from: "a", to: "b" } }],
  ["#/finding/mtu%3Anode-3%2Fx", { round: null, place: { at: "finding", id: "mtu:node-3/x" } }],
])("%s leads to a route, and that route gives the same link", (href, route) => {
  expect(parseRoute(href)).toEqual(route);
  expect(hrefOf(route)).toBe(href);
});

it.each(["", "#", "#/nowhere", "#/round/0", "#/round/x", "#/pair/a", "#/node/"])(
  "%o, which leads nowhere, shows the newest round",
  (hash) => {
    expect(parseRoute(hash)).toEqual({ round: null, place: { at: "overview" } });
  },
);

it("takes a broken escape as plain text", () => {
  expect(parseRoute("#/node/100%").place).toEqual({ at: "node", node: "100%" });
});
