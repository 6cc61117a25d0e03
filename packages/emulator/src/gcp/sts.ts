/** Google's Security Token Service: a token from outside for an access token of a federated principal. */
import type { Answer, Call, World } from "../world.ts";
import { answered, jsonObject, oauthRefusal } from "./answers.ts";
import { findWorkloadProvider } from "./directory.ts";
import { principalOf } from "./subject-token.ts";

const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";
const subjectTypes = ["urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token"];
const providerName =
  /^\/\/iam\.googleapis\.com\/projects\/[^/]+\/locations\/global\/workloadIdentityPools\/[^/]+\/providers\/[^/]+$/;

/** `POST /v1/token`, as a form in snake case or as JSON in camel case. */
export function stsToken(world: World, call: Call): Promise<Answer> {
  return answered(async () => {
    const field = fieldsOf(call);
    const refuse = (description: string): never => {
      throw oauthRefusal("invalid_request", description);
    };
    const grant = field("grant_type");
    if (grant === undefined) refuse("grant_type is missing.");
    if (grant !== exchangeGrant) throw oauthRefusal("unsupported_grant_type", "The grant type is not supported.");
    const audience = field("audience") ?? "";
    if (!providerName.test(audience)) {
      refuse('Invalid value for "audience". This value should be the full resource name of the Identity Provider.');
    }
    if (field("requested_token_type") !== accessTokenType) refuse('Invalid value for "requested_token_type".');
    if (!subjectTypes.includes(field("subject_token_type") ?? "")) refuse('Invalid value for "subject_token_type".');
    const token = field("subject_token") ?? "";
    if (token === "") refuse("subject_token is missing.");
    const scopes = (field("scope") ?? "").split(" ").filter((scope) => scope !== "");
    if (scopes.length === 0) refuse("scope is missing.");
    const options = field("options");
    if (options !== undefined && jsonObject(options) === undefined) refuse('Invalid value for "options".');
    if (options !== undefined && jsonObject(options)?.userProject !== undefined) {
      refuse("userProject is for workforce pools.");
    }

    const known = findWorkloadProvider(world.config.gcp, audience);
    if (!known) throw oauthRefusal("invalid_target", noSuchTarget);
    const { principal, details } = await principalOf(world, known, token, call.signal);
    const lifetimeMs = world.lifetimes().googleTokenMs;
    const expiresAt = world.clock.now() + lifetimeMs;
    return {
      status: 200,
      headers: { "cache-control": "no-store" },
      body: {
        access_token: world.googleTokens.issue({ principal, scopes, expiresAt }),
        issued_token_type: accessTokenType,
        token_type: "Bearer",
        expires_in: Math.floor(lifetimeMs / 1000),
      },
      log: { outcome: "granted", reason: `${principal.name}`, ...details, scope: scopes.join(" ") },
    };
  });
}

const noSuchTarget =
  'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.';

/** Reads a field by its name in a form. The JSON form takes both spellings, as Google's JSON does. */
function fieldsOf({ headers, form, body }: Call): (name: string) => string | undefined {
  const type = headers.get("content-type") ?? "";
  if (!/^application\/json\b/i.test(type)) return (name) => form.get(name) ?? undefined;
  const members = jsonObject(body);
  if (!members) throw oauthRefusal("invalid_request", "The body is not a JSON object.");
  return (name) => {
    const camel = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const value = members[camel] ?? members[name];
    return typeof value === "string" ? value : undefined;
  };
}
