// Written by `npm run fix`: every suite of other people's clients and servers.
import type { Suites } from "../../run.ts";
import { suite as awsSuite } from "./aws.ts";
import { suite as awsS3Suite } from "./aws-s3.ts";
import { suite as awsSignatureSuite } from "./aws-signature.ts";
import { suite as googleAccountsSuite } from "./google-accounts.ts";
import { suite as googleAuthSuite } from "./google-auth.ts";
import { suite as googleAuthConsumerSuite } from "./google-auth-consumer.ts";
import { suite as kubernetesSuite } from "./kubernetes.ts";
import { suite as managedIdentitySuite } from "./managed-identity.ts";
import { suite as movingSuite } from "./moving.ts";
import { suite as oboSuite } from "./obo.ts";
import { suite as oidcProviderSuite } from "./oidc-provider.ts";
import { suite as oidcProviderKeysSuite } from "./oidc-provider-keys.ts";
import { suite as oidcServerSuite } from "./oidc-server.ts";
import { suite as ownIssuerSuite } from "./own-issuer.ts";
import { suite as recipesSuite } from "./recipes.ts";
import { suite as recipesMcpSuite } from "./recipes-mcp.ts";
import { suite as refusalsSuite } from "./refusals.ts";
import { suite as requestsSuite } from "./requests.ts";
import { suite as retriesSuite } from "./retries.ts";
import { suite as tokensSuite } from "./tokens.ts";
import { suite as uamiToAppSuite } from "./uami-to-app.ts";
import { suite as verificationSuite } from "./verification.ts";

export const suites: Suites = {
  "aws-s3": awsS3Suite,
  "aws-signature": awsSignatureSuite,
  aws: awsSuite,
  "google-accounts": googleAccountsSuite,
  "google-auth-consumer": googleAuthConsumerSuite,
  "google-auth": googleAuthSuite,
  kubernetes: kubernetesSuite,
  "managed-identity": managedIdentitySuite,
  moving: movingSuite,
  obo: oboSuite,
  "oidc-provider-keys": oidcProviderKeysSuite,
  "oidc-provider": oidcProviderSuite,
  "oidc-server": oidcServerSuite,
  "own-issuer": ownIssuerSuite,
  "recipes-mcp": recipesMcpSuite,
  recipes: recipesSuite,
  refusals: refusalsSuite,
  requests: requestsSuite,
  retries: retriesSuite,
  tokens: tokensSuite,
  "uami-to-app": uamiToAppSuite,
  verification: verificationSuite,
};
