/** What notices breaks of the class that the broker's object is, which only real workerd runs. */
import { suite as lifeSuite } from "../../objects/broker-life.ts";
import { suite as surfaceSuite } from "../../objects/broker-surface.ts";
import type { Suites } from "../../run.ts";

export const suites: Suites = { surface: surfaceSuite, life: lifeSuite };
