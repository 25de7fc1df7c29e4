import { expect, it } from "vitest";
import { mapKey } from "./map-keys.ts";

const NONE = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

it("arrow keys move by one, and with Shift by ten", () => {
  expect(mapKey({ ...NONE, key: "ArrowLeft" })).toMatchObject({ rows: 0, columns: -1 });
  expect(mapKey({ ...NONE, key: "ArrowDown", shiftKey: true })).toMatchObject({ rows: 10 });
});

it("plus zooms in also with Shift", () => {
  expect(mapKey({ ...NONE, key: "+", shiftKey: true })).toMatchObject({ does: "zoom" });
});

it.each([
  { ...NONE, key: "Tab" },
  { ...NONE, key: "a" },
  { ...NONE, key: "toString" },
  { ...NONE, key: "0", ctrlKey: true },
  { ...NONE, key: "ArrowLeft", altKey: true },
])("leaves %o to the browser", (pressed) => {
  expect(mapKey(pressed)).toBeNull();
});
