/** What the token endpoint refuses about a request, apart from its assertion: written by hand. */
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { plain, type Row, testRows } from "./refusal-rows.ts";
import * as world from "./support.ts";

const { tenantId } = demoIds;
const { ids } = world;

const rows: readonly Row[] = [
  [900144, "400 invalid_request", "grant_type is missing", plain({ grant_type: undefined }), { says: "'grant_type'" }],
  [900144, "400 invalid_request", "client_id is missing", plain({ client_id: undefined }), { says: "'client_id'" }],
  [90014, "400 invalid_request", "scope is missing", plain({ scope: undefined }), { says: "'scope'" }],
  [90014, "400 invalid_request", "scope is blank", plain({ scope: " " })],
  [70003, "400 unsupported_grant_type", "the grant type is another", plain({ grant_type: "password" })],
  [7000216, "401 invalid_client", "there is no assertion", plain({ client_assertion: undefined })],
  [7000216, "401 invalid_client", "the assertion type is another", plain({ client_assertion_type: "urn:x" })],
  [
    7000215,
    "401 invalid_client",
    "there is a secret instead",
    plain({ client_assertion: undefined, client_secret: "s" }),
  ],
  [900023, "400 invalid_request", "the tenant is malformed", plain({}), { tenant: "no_tenant" }],
  [90002, "400 invalid_request", "the tenant does not exist", plain({}), { says: ids.bareApp, tenant: ids.bareApp }],
  [90002, "400 invalid_request", "the domain does not exist", plain({}), { tenant: "other.example" }],
  [9001023, "400 invalid_request", "the tenant is common", plain({}), { tenant: "common" }],
  [700016, "400 unauthorized_client", "the client does not exist", plain({ client_id: tenantId })],
  [700016, "400 unauthorized_client", "the client lives in another tenant", plain({ client_id: ids.foreignApp })],
  [
    7000112,
    "400 unauthorized_client",
    "the client is disabled",
    plain({ client_id: ids.disabledApp }),
    { says: "(disabled)" },
  ],
  [
    1002012,
    "400 invalid_scope",
    "the scope has no /.default",
    plain({ scope: "https://graph.microsoft.com/User.Read" }),
  ],
  [1002012, "400 invalid_scope", "the scope is only .default", plain({ scope: ".default" })],
  [70011, "400 invalid_scope", "the scope names no resource", plain({ scope: "/.default" })],
  [
    700022,
    "400 invalid_scope",
    "the scope names two resources",
    plain({ scope: `${world.armScope} https://graph.microsoft.com/.default` }),
  ],
  [
    500011,
    "400 invalid_resource",
    "the resource does not exist",
    plain({ scope: "api://none/.default" }),
    { says: "api://none" },
  ],
  [
    500011,
    "400 invalid_resource",
    "a dot stands before the slash",
    plain({ scope: "api://AzureADTokenExchange./.default" }),
  ],
  [501051, "400 invalid_grant", "the resource wants an assignment", plain({ scope: `${world.apiUri}/.default` })],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: the token endpoint refuses a request", () => testRows(QUnit, rows));
};
