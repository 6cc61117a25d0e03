import type { BearerToken } from "@tokenhop/core";
import { type GcpStsParams, gcpSts } from "@tokenhop/core/targets/gcp-sts";
import { targetContract } from "../contract/target.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { ACCOUNT, AS_ACCOUNT, federated, POOL, PROVIDER } from "./gcp-sts-support.ts";

const WANTED =
  "expected //iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER";
const ENDPOINT = "expected an https URL (http: loopback only, with allowHttpLoopback)";
const SCOPES = "expected a list of at least one scope";
const UNIVERSE = "universe: expected a domain name, in lower case";
const bare: unknown = Object.create(null);
const LIFETIME = "lifetimeMs: expected 1000 to 43200000 ms";

const mistakes = [
  { what: "no options", make: () => gcpSts(undefined as never), problems: ["missing, expected Object"] },
  { what: "no audience", make: () => gcpSts({ audience: undefined }), problems: [`audience: missing, ${WANTED}`] },
  {
    what: "everything wrong at once",
    make: () =>
      gcpSts({
        audience: "ci",
        subjectAudience: "",
        subjectTokenType: "saml2",
        scopes: [],
        serviceAccount: "deployer",
        delegates: ["projects/-/serviceAccounts/a@b.c"],
        lifetimeMs: 43_200_001,
        universe: "https://googleapis.com",
        hosts: ["https://storage.googleapis.com"],
        stsEndpoint: "http://sts.example",
        iamEndpoint: "https://iam.example/?x=1",
        allowHttpLoopback: "yes",
        credentials: {},
      } as never),
    problems: [
      `audience: ${WANTED}`,
      "subjectAudience: expected a text that is not empty",
      'subjectTokenType: expected "jwt" or "id_token"; Google takes others, but no source gives them',
      `scopes: ${SCOPES}`,
      "serviceAccount: expected the e-mail address or unique id of a service account",
      "delegates: expected a list of e-mail addresses or unique ids of service accounts",
      LIFETIME,
      UNIVERSE,
      "hosts: expected a list of host, host:port or *.suffix, in lower case",
      `stsEndpoint: ${ENDPOINT}`,
      `iamEndpoint: ${ENDPOINT}`,
      "allowHttpLoopback: expected true or false",
      "credentials: unknown option",
    ],
  },
  {
    what: "the audience of the identity token in place of the provider",
    make: () => gcpSts({ audience: `https:${PROVIDER}` }),
    problems: [
      "audience: expected it without https: (with it, it is what the identity token is issued for, see subjectAudience)",
    ],
  },
  {
    what: "a project's id",
    make: () => gcpSts({ audience: PROVIDER.replace("123456789012", "my-project") }),
    problems: ["audience: expected the project's number, not its id"],
  },
  ...[
    PROVIDER.slice(2),
    `http:${PROVIDER}`,
    `${PROVIDER}/`,
    `${PROVIDER}\n`,
    ` ${PROVIDER}`,
    PROVIDER.replace("/providers/gh", ""),
    PROVIDER.replace("global", "europe-west1"),
    PROVIDER.replace("ci/", "../"),
    "//iam.googleapis.com/locations/global/workforcePools/staff/providers/okta",
    5,
  ].map((audience) => ({
    what: `audience ${JSON.stringify(audience)}`,
    make: () => gcpSts({ audience } as never),
    problems: [`audience: ${WANTED}`],
  })),
  {
    what: "what only a service account has",
    make: () => gcpSts({ ...POOL, delegates: [ACCOUNT], lifetimeMs: 3_600_000 }),
    problems: ["delegates: expected only with serviceAccount", "lifetimeMs: expected only with serviceAccount"],
  },
  {
    what: "the service that only impersonates, and nobody to impersonate",
    make: () => gcpSts({ ...POOL, iamEndpoint: "https://iam.example" }),
    problems: ["iamEndpoint: expected only with serviceAccount"],
  },
  {
    what: "what cannot even be made a text",
    make: () =>
      gcpSts({
        ...AS_ACCOUNT,
        audience: bare,
        scopes: [bare],
        universe: bare,
        delegates: [bare],
        hosts: [bare],
      } as never),
    problems: [
      `audience: ${WANTED}`,
      `scopes: ${SCOPES}`,
      "delegates: expected a list of e-mail addresses or unique ids of service accounts",
      UNIVERSE,
      "hosts: expected a list of host, host:port or *.suffix, in lower case",
    ],
  },
  ...[0, 999, 43_200_001, Number.NaN, Number.POSITIVE_INFINITY, "3600"].map((lifetimeMs) => ({
    what: `a lifetime of ${lifetimeMs}`,
    make: () => gcpSts({ ...AS_ACCOUNT, lifetimeMs } as never),
    problems: [LIFETIME],
  })),
  ...["10.0.0.1", "a.1", "co.uk", "com.au", "a.fr", "x..example", "-", "com", "Apis.example", "a.example:1"].map(
    (universe) => ({
      what: `the universe ${universe}`,
      make: () => gcpSts({ ...POOL, universe }),
      problems: [UNIVERSE],
    }),
  ),
  ...[[""], ["a b"], ["ok", 'x"y'], [["a"]], [5], "cloud-platform"].map((scopes) => ({
    what: `scopes ${JSON.stringify(scopes)}`,
    make: () => gcpSts({ ...POOL, scopes } as never),
    problems: [`scopes: ${SCOPES}`],
  })),
  ...["http://127.0.0.1:8080", "https://user@sts.example", "https://sts.example/#x", "sts.example"].map(
    (stsEndpoint) => ({
      what: `the endpoint ${stsEndpoint}`,
      make: () => gcpSts({ ...POOL, stsEndpoint }),
      problems: [`stsEndpoint: ${ENDPOINT}`],
    }),
  ),
];

export const suite: Suite = (QUnit: QUnitLike) => {
  targetContract<BearerToken, GcpStsParams>(QUnit, {
    name: "gcp-sts",
    kind: "bearer",
    audience: `https:${PROVIDER}`,
    produces: "external",
    refused: [],
    create: () => gcpSts(POOL),
    params: {},
    body: (access_token) => ({ ...federated(), access_token }),
    mistakes,
    refusal: (text) => ({ error: "invalid_grant", error_description: text }),
  });
};
