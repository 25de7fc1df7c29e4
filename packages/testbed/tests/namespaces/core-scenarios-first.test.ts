import { playCoreScenarios } from "./play-core-scenarios.ts";

playCoreScenarios("first");
