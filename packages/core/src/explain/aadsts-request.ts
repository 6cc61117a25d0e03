/** AADSTS codes about the app, the tenant, the scope and the form of the request. */
import type { CodeReasons } from "./shapes.ts";

const NOT_FOR_FEDERATION =
  "Nothing to set: this library sends assertions only. If you see it, something else made the request.";

export const REQUEST: CodeReasons = {
  700016: {
    cause:
      "No app registration or managed identity with this client id is known in this tenant, or it was made moments ago.",
    fix: "Check client id and tenant: az ad sp show --id CLIENT_ID, signed in to that tenant, finds what it knows. A managed identity is named by its client id, not by its object id. An app of another tenant must be consented to in this one.",
    recovery: "propagation",
  },
  7000112: {
    cause: "The application is disabled in this tenant.",
    fix: "Enable its service principal: az ad sp update --id CLIENT_ID --set accountEnabled=true (Enterprise applications, Properties, Enabled for users to sign in).",
    recovery: "stop",
  },
  700025: {
    cause: "The application is registered as a public client, which cannot authenticate itself.",
    fix: "Turn off “Allow public client flows” of the app registration (az ad app update --id CLIENT_ID --is-fallback-public-client false), or use another one.",
    recovery: "stop",
  },
  7000215: { cause: "The client secret is not valid.", fix: NOT_FOR_FEDERATION, recovery: "stop" },
  7000222: { cause: "The client secrets of the app have expired.", fix: NOT_FOR_FEDERATION, recovery: "stop" },
  7000216: {
    cause: "The request for an app's token held no assertion and no secret.",
    fix: "A proxy may have changed the request's body; otherwise something else made the request.",
    recovery: "stop",
  },
  7000218: {
    cause: "The request held no assertion and no secret.",
    fix: "A proxy may have changed the request's body; otherwise something else made the request.",
    recovery: "stop",
  },
  90002: {
    cause: "The tenant does not exist in this cloud.",
    fix: "Check the tenant id (az account show --query tenantId), and the option cloud: each sovereign cloud has tenants of its own.",
    recovery: "stop",
  },
  900023: {
    cause: "The tenant is neither a GUID nor a domain name that is known.",
    fix: "Give the tenant's GUID or one of its verified domains.",
    recovery: "stop",
  },
  900144: {
    cause: "A parameter is missing from the request's body.",
    fix: "A proxy may have changed the request's body; otherwise something else made the request.",
    recovery: "stop",
  },
  90014: {
    cause: "A required field, such as the scope, is missing from the request.",
    fix: "A proxy may have changed the request's body; otherwise something else made the request: entra() sends none without a scope.",
    recovery: "stop",
  },
  70011: {
    cause: "The scope is not valid.",
    fix: "Give one resource identifier (its application ID URI) followed by /.default.",
    recovery: "stop",
  },
  1002012: {
    cause: "The scope does not end in /.default, as an app's own token needs.",
    fix: "Give the resource identifier followed by /.default; which permissions the app has is set in its registration. entra() refuses such a scope itself, so something else made the request.",
    recovery: "stop",
  },
  700022: {
    cause: "The scope names more than one resource.",
    fix: "One token is for one resource: take a token for each, by with({ scope }). entra() refuses such a scope itself, so something else made the request.",
    recovery: "stop",
  },
  70003: {
    cause: "The grant type is not supported at this endpoint.",
    fix: "Check that the option authority is Entra's, without a path of another endpoint.",
    recovery: "stop",
  },
  500011: {
    cause:
      "The resource in the scope is not known in this tenant: a typing error, or its service principal is missing.",
    fix: "Check the part of the scope before /.default, and that the API is present in the tenant (az ad sp show --id RESOURCE; az ad sp create --id API_CLIENT_ID makes it so).",
    recovery: "stop",
  },
  50001: {
    cause: "The resource is not known in this tenant (the form of older endpoints and of managed identities).",
    fix: "Check the resource's identifier, and that the API is present in the tenant (az ad sp show --id RESOURCE).",
    recovery: "stop",
  },
  501051: {
    cause: "The API lets in only those that are assigned to it, and this app has no role there yet.",
    fix: "Assign an app role of the API to the app's service principal (az ad app permission add and admin-consent). A new assignment takes some minutes.",
    recovery: "propagation",
  },
  65001: {
    cause: "Nobody has consented to the permissions that the app asks for.",
    fix: "Grant admin consent to the app's permissions in this tenant: az ad app permission admin-consent --id CLIENT_ID. Or let the user consent: with knownClientApplications in the API's registration, a client that asks for the scope CLIENT_ID/.default is shown both consents.",
    recovery: "stop",
  },
  900432: {
    cause: "An app cannot authenticate itself across clouds.",
    fix: "Set the option cloud to the one in which the tenant and the app registration are.",
    recovery: "stop",
  },
  900382: {
    cause: "An app cannot authenticate itself across clouds.",
    fix: "Set the option cloud to the one in which the tenant and the app registration are.",
    recovery: "stop",
  },
  9001023: {
    cause: "An app's own token cannot be issued by /common, /organizations or /consumers.",
    fix: "Give the tenant's GUID or domain as tenantId. entra() refuses those names itself, so something else made the request.",
    recovery: "stop",
  },
  50059: {
    cause: "The request does not say which tenant it is about.",
    fix: "Give the tenant's GUID or domain as tenantId.",
    recovery: "stop",
  },
  100007: {
    cause: "A regional endpoint was asked, which serves only Microsoft's own services.",
    fix: "Use the global authority of the cloud: leave the option authority away.",
    recovery: "stop",
  },
  50049: {
    cause: "The authority's host is no known Entra host.",
    fix: "Check the option authority, or set the option cloud instead.",
    recovery: "stop",
  },
  82001: {
    cause: "An agent's blueprint asked for a resource, which only the agent identity made from it may do.",
    fix: "Exchange the blueprint's token for the agent identity's first, and ask for the resource with that.",
    recovery: "stop",
  },
};
