import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Steps } from "@netchecker/round/steps";
import { otherCheckCauses } from "./other-checks.ts";

/** Seeks causes among the failures that no cause in `found` explains. A draft of a new kind says its own sentence. */
type Rule = (evidence: Evidence, found: readonly Draft[]) => Steps<Draft[]>;

/** The rules after the fixed order of find-causes.ts. A new kind of finding begins here. */
export const LATE_RULES: readonly Rule[] = [otherCheckCauses];
