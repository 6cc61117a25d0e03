import type { BearerToken } from "@tokenhop/core";
import { type EntraParams, entra } from "@tokenhop/core/targets/entra";
import { targetContract } from "../contract/target.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { A_TENANT, FORM, ONE_RESOURCE, SCOPE } from "./entra-support.ts";

const AUTHORITY = "expected an https URL (http: loopback only, with allowHttpLoopback)";
const HOSTS = "expected a list of host, host:port or *.suffix, in lower case";

const mistakes = [
  {
    what: "no options",
    make: () => entra(undefined as never),
    problems: ["missing, expected Object"],
  },
  {
    what: "everything wrong at once",
    make: () =>
      entra({
        tenantId: "common",
        clientId: "my app",
        scope: "https://graph.microsoft.com",
        tenants: ["a/b"],
        cloud: "mars",
        authority: "http://login.example",
        audience: "",
        hosts: ["https://graph.microsoft.com", "ok.example"],
        enableCae: "yes",
        allowHttpLoopback: 1,
        clientSecret: "x",
      } as never),
    problems: [
      `tenantId: ${A_TENANT}`,
      "clientId: expected a client id (GUID)",
      `scope: ${ONE_RESOURCE}`,
      "tenants: expected a list of GUIDs or domain names",
      "cloud: expected the name of a cloud",
      `authority: ${AUTHORITY}`,
      "audience: expected a text that is not empty",
      `hosts: ${HOSTS}`,
      "enableCae: expected true or false",
      "allowHttpLoopback: expected true or false",
      "clientSecret: unknown option",
    ],
  },
  {
    what: "lists that are none",
    make: () => entra({ ...FORM, tenants: "contoso.com", hosts: [5] } as never),
    problems: ["tenants: expected a list of GUIDs or domain names", `hosts: ${HOSTS}`],
  },
  {
    what: "a missing tenant and client id",
    make: () => entra({ tenantId: undefined, clientId: undefined }),
    problems: [`tenantId: missing, ${A_TENANT}`, "clientId: missing, expected a client id (GUID)"],
  },
  ...["organizations", "Consumers", "..", "a b", "/x"].map((tenantId) => ({
    what: `tenant ${tenantId}`,
    make: () => entra({ ...FORM, tenantId }),
    problems: [`tenantId: ${A_TENANT}`],
  })),
  ...["/.default", `${SCOPE} ${SCOPE}`, `${SCOPE} openid`, `${SCOPE}\n`, "https://x/.DEFAULT"].map((scope) => ({
    what: `scope ${JSON.stringify(scope)}`,
    make: () => entra({ ...FORM, scope }),
    problems: [`scope: ${ONE_RESOURCE}`],
  })),
  ...[
    "http://localhost:8443",
    "https://user@login.example",
    "https://login.example?x=1",
    "https://login.example/#",
    " https://login.example",
    "https:\\\\login.example",
    "login.example",
    "ftp://login.example",
  ].map((authority) => ({
    what: `authority ${authority}`,
    make: () => entra({ ...FORM, authority }),
    problems: [`authority: ${AUTHORITY}`],
  })),
  {
    what: "plain http beyond loopback, whatever is allowed",
    make: () => entra({ ...FORM, authority: "http://10.0.0.1", allowHttpLoopback: true }),
    problems: [`authority: ${AUTHORITY}`],
  },
  ...["API.example.com", "api.example.com:443", "*.com", "*", "a.example/path", "bücher.example", "u@a.example"].map(
    (host) => ({
      what: `host ${host}`,
      make: () => entra({ ...FORM, hosts: [host] }),
      problems: [`hosts: ${HOSTS}`],
    }),
  ),
];

export const suite: Suite = (QUnit: QUnitLike) => {
  targetContract<BearerToken, EntraParams>(QUnit, {
    name: "entra",
    kind: "bearer",
    audience: "api://AzureADTokenExchange",
    produces: "entra-federated",
    refused: ["entra-federated"],
    create: () => entra(FORM),
    params: {},
    body: (access_token) => ({ token_type: "Bearer", expires_in: 3600, access_token }),
    refusal: (text) => ({
      error: text,
      error_description: text,
      correlation_id: text,
      trace_id: text,
      timestamp: text,
      claims: text,
      error_codes: [text],
    }),
    mistakes,
  });

  QUnit.module("entra(), its identity", () => {
    QUnit.test(
      "what asks for another credential is another target, so that a second hop keeps both apart",
      (assert) => {
        const identityOf = (more: object): string => JSON.stringify(entra({ ...FORM, ...more }).identity);
        const others = [
          {},
          { tenantId: "fabrikam.onmicrosoft.com" },
          { scope: "api://another/.default" },
          { scope: undefined },
          { clientId: "33333333-3333-4333-8333-333333333333" },
        ];
        assert.strictEqual(identityOf({}), identityOf({}));
        assert.strictEqual(new Set(others.map(identityOf)).size, others.length);
      },
    );
  });
};
