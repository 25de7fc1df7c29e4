import { expect, it } from "vitest";
import { EventStream } from "./event-stream.ts";

const STREAM =
  ': hello\n\nid: 3\nevent: state\ndata: {"a":1}\n\ndata:one\r\ndata: two\r\n\r\nretry: 5\n\ndata\n\n';

it("returns the data of each event, with several lines joined", () => {
  expect(new EventStream().push(STREAM)).toEqual(['{"a":1}', "one\ntwo", ""]);
});

it("returns the same data wherever the stream is cut", () => {
  for (let at = 0; at <= STREAM.length; at += 1) {
    const stream = new EventStream();
    const events = [...stream.push(STREAM.slice(0, at)), ...stream.push(STREAM.slice(at))];
    expect(events).toEqual(['{"a":1}', "one\ntwo", ""]);
  }
});

it("holds an event back until it is complete", () => {
  const stream = new EventStream();
  expect(stream.push("data: half")).toEqual([]);
  expect(stream.push("\n")).toEqual([]);
  expect(stream.push("\n")).toEqual(["half"]);
});

it("ignores fields whose name only begins with data", () => {
  expect(new EventStream().push("database: x\n\n")).toEqual([]);
});
