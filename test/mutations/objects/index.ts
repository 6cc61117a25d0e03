/** What notices breaks of the issuer's half of `@tokenhop/durable-objects`, which only real workerd runs. What takes long comes last. */
import { suite as bindingsSuite } from "../../objects/issuer-bindings.ts";
import { suite as documentsSuite } from "../../objects/issuer-documents.ts";
import { suite as lifeSuite } from "../../objects/issuer-life.ts";
import { suite as mistakesSuite } from "../../objects/issuer-mistakes.ts";
import { suite as surfaceSuite } from "../../objects/issuer-surface.ts";
import type { Suites } from "../../run.ts";

export const suites: Suites = {
  mistakes: mistakesSuite,
  bindings: bindingsSuite,
  surface: surfaceSuite,
  documents: documentsSuite,
  life: lifeSuite,
};
