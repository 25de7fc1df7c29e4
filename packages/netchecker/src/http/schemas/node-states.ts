import {
  CountsSchema,
  MISSING_WHYS,
  PlannedWhySchema,
  RoundHeadSchema,
  SummarySchema,
} from "@netchecker/contract";
import { Type } from "typebox";

const NodeStateSchema = Type.Object({
  node: Type.String(),
  pod: Type.Union([Type.String(), Type.Null()]),
  agent: Type.Enum(["reported", ...MISSING_WHYS] as const),
  planned: Type.Union([PlannedWhySchema, Type.Null()]),
  from: SummarySchema,
  to: Type.Object({ pod: CountsSchema, node: CountsSchema }),
});

export const NodeStatesBodySchema = Type.Object({
  round: RoundHeadSchema,
  nodes: Type.Array(NodeStateSchema),
});
