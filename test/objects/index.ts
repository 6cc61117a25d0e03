// Written by `npm run fix`: every suite of Durable Objects in workerd.
import type { Suites } from "../run.ts";
import { suite as brokerKillSuite } from "./broker-kill.ts";
import { suite as brokerLifeSuite } from "./broker-life.ts";
import { suite as brokerSteadySuite } from "./broker-steady.ts";
import { suite as brokerSurfaceSuite } from "./broker-surface.ts";
import { suite as issuerBindingsSuite } from "./issuer-bindings.ts";
import { suite as issuerDocumentsSuite } from "./issuer-documents.ts";
import { suite as issuerLifeSuite } from "./issuer-life.ts";
import { suite as issuerMistakesSuite } from "./issuer-mistakes.ts";
import { suite as issuerReadmeSuite } from "./issuer-readme.ts";
import { suite as issuerSecretsSuite } from "./issuer-secrets.ts";
import { suite as issuerSurfaceSuite } from "./issuer-surface.ts";
import { suite as selfIssuedSuite } from "./self-issued.ts";

export const suites: Suites = {
  "broker-kill": brokerKillSuite,
  "broker-life": brokerLifeSuite,
  "broker-steady": brokerSteadySuite,
  "broker-surface": brokerSurfaceSuite,
  "issuer-bindings": issuerBindingsSuite,
  "issuer-documents": issuerDocumentsSuite,
  "issuer-life": issuerLifeSuite,
  "issuer-mistakes": issuerMistakesSuite,
  "issuer-readme": issuerReadmeSuite,
  "issuer-secrets": issuerSecretsSuite,
  "issuer-surface": issuerSurfaceSuite,
  "self-issued": selfIssuedSuite,
};
