import { type Static, Type } from "typebox";
import { query } from "./parameters.ts";

export const MeshQuerySchema = query({
  with: Type.Optional(
    Type.String({
      description: "What to add to the reasons, comma-separated: attempts, latencies.",
    }),
  ),
});
export type MeshQuery = Static<typeof MeshQuerySchema>;
