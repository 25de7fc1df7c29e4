import { Type } from "typebox";

/** ISO 8601, UTC, milliseconds. */
export const TimeSchema = Type.String({ format: "date-time" });
