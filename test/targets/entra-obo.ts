import type { BearerToken } from "@tokenhop/core";
import { type EntraOboParams, entraObo } from "@tokenhop/core/targets/entra-obo";
import { targetContract } from "../contract/target.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { OBO, userWith } from "./entra-obo-support.ts";

const SCOPES = "expected one resource with /.default behind it, or permissions of one resource, each with it in front";

const mistakes = [
  { what: "no options", make: () => entraObo(undefined as never), problems: ["missing, expected Object"] },
  {
    what: "everything wrong at once",
    make: () =>
      entraObo({
        tenantId: "contoso.com",
        clientId: "my app",
        scope: "User.Read",
        tenants: ["contoso.com"],
        cloud: "mars",
        authority: "http://login.example",
        audience: "",
        hosts: ["https://graph.microsoft.com"],
        enableCae: "yes",
        allowHttpLoopback: 1,
        clientSecret: "x",
      } as never),
    problems: [
      "tenantId: expected a tenant's GUID",
      "clientId: expected a client id (GUID)",
      `scope: ${SCOPES}`,
      "tenants: expected a list of GUIDs",
      "cloud: expected the name of a cloud",
      "authority: expected an https URL (http: loopback only, with allowHttpLoopback)",
      "audience: expected a text that is not empty",
      "hosts: expected a list of host, host:port or *.suffix, in lower case",
      "enableCae: expected true or false",
      "allowHttpLoopback: expected true or false",
      "clientSecret: unknown option",
    ],
  },
  {
    what: "a missing tenant and client id",
    make: () => entraObo({ tenantId: undefined, clientId: undefined }),
    problems: ["tenantId: missing, expected a tenant's GUID", "clientId: missing, expected a client id (GUID)"],
  },
  ...['https://login.example/a",error="x', "https://login.example/?a", "https://login.example/a b"].map(
    (authority) => ({
      what: `authority ${authority}`,
      make: () => entraObo({ ...OBO, authority }),
      problems: ["authority: expected an https URL (http: loopback only, with allowHttpLoopback)"],
    }),
  ),
  ...[
    "User.Read",
    "openid",
    "https://graph.microsoft.com/User.Read offline_access",
    "https://graph.microsoft.com/User.Read https://vault.azure.net/user_impersonation",
    "https://graph.microsoft.com/.default https://graph.microsoft.com/User.Read",
    "https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default",
    "https://graph.microsoft.com/User.Read  https://graph.microsoft.com/Mail.Read",
    " https://graph.microsoft.com/User.Read",
    "https://graph.microsoft.com/User.Read\nhttps://graph.microsoft.com/Mail.Read",
    "https://graph.microsoft.com/",
    "/.default",
  ].map((scope) => ({
    what: `scope ${JSON.stringify(scope)}`,
    make: () => entraObo({ ...OBO, scope }),
    problems: [`scope: ${SCOPES}`],
  })),
];

export const suite: Suite = (QUnit: QUnitLike) => {
  targetContract<BearerToken, EntraOboParams>(QUnit, {
    name: "entra-obo",
    kind: "bearer",
    audience: "api://AzureADTokenExchange",
    produces: "entra-federated",
    refused: ["entra-federated"],
    create: () => entraObo(OBO),
    params: async () => ({ user: await userWith() }),
    body: (access_token) => ({ token_type: "Bearer", expires_in: 3600, access_token, scope: "User.Read" }),
    refusal: (text) => ({
      error: text,
      error_description: text,
      correlation_id: text,
      trace_id: text,
      timestamp: text,
      error_codes: [text],
    }),
    mistakes,
  });
};
