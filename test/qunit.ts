/** QUnit ships no types; this gives it the few that the runners use. */
// @ts-expect-error
import untyped from "qunit";
import type { QUnitRunner } from "./run.ts";

export const QUnit: QUnitRunner = untyped;
