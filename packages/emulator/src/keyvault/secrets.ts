/** What a vault does to secrets, once a caller may do it. Names are compared without case. */
import type { JWTPayload } from "jose";
import * as v from "valibot";
import { callerOf } from "../arm/error.ts";
import type { ServiceResource } from "../services/access.ts";
import type { ServiceAddress } from "../services/address.ts";
import type { Answer, Call, World } from "../world.ts";
import { keyVaultError } from "./error.ts";
import type { SecretOperation, SecretOperationName } from "./operation.ts";
import type { SecretVersion, VaultSecrets } from "./store.ts";

/** A call that was let in. */
export interface SecretCall {
  readonly world: World;
  readonly call: Call;
  readonly claims: JWTPayload;
  readonly vault: ServiceResource;
  readonly address: ServiceAddress;
}

type Run = (operation: SecretOperation, secretCall: SecretCall, secrets: VaultSecrets) => Answer;

const recoverableDays = 90;
const pageSize = 25;

const secretBody = v.looseObject({
  value: v.string(),
  contentType: v.optional(v.string()),
  tags: v.optional(v.record(v.string(), v.string())),
  attributes: v.optional(v.looseObject({ enabled: v.optional(v.boolean()) })),
});

const runs: Readonly<Record<SecretOperationName, Run>> = {
  list: listSecrets,
  "list-versions": listVersions,
  get: getSecret,
  set: setSecret,
  delete: deleteSecret,
  "get-deleted": getDeleted,
  purge: purgeSecret,
};

/** Does it. */
export function runSecretOperation(operation: SecretOperation, secretCall: SecretCall): Answer {
  const secrets = secretCall.world.secrets.of(secretCall.vault.id);
  return runs[operation.kind]({ ...operation, name: operation.name.toLowerCase() }, secretCall, secrets);
}

function done({ claims }: SecretCall, reason: string, status: number, body?: unknown): Answer {
  return { status, body, log: { ...callerOf(claims), outcome: "granted", reason } };
}

/** An id always names the vault's own host, wherever it was asked. */
function idOf({ address }: SecretCall, collection: string, ...rest: readonly string[]): string {
  return [`https://${address.host}`, collection, ...rest].join("/");
}

function attributesOf({ enabled, created, updated }: SecretVersion): object {
  return { enabled, created, updated, recoveryLevel: "Recoverable+Purgeable", recoverableDays };
}

/** Everything but the value. */
function itemOf(id: string, version: SecretVersion): object {
  const { contentType, tags } = version;
  return { id, attributes: attributesOf(version), ...(contentType && { contentType }), ...(tags && { tags }) };
}

function bundleOf(secretCall: SecretCall, name: string, version: SecretVersion): object {
  return { value: version.value, ...itemOf(idOf(secretCall, "secrets", name, version.version), version) };
}

function notFound(name: string, { claims }: SecretCall): Answer {
  const message = `A secret with (name/id) ${name} was not found in this key vault.`;
  return keyVaultError({ status: 404, code: "SecretNotFound", message }, claims);
}

/** One page. The link to the next one leads to where this one was asked. */
function pageOf(items: readonly object[], secretCall: SecretCall): object {
  const { call, address } = secretCall;
  const size = Math.min(Number(call.url.searchParams.get("maxresults")) || pageSize, pageSize);
  const from = Number(call.url.searchParams.get("$skiptoken") ?? 0) || 0;
  const next = new URL(`${address.base}${address.path}`);
  next.search = call.url.search;
  next.searchParams.set("$skiptoken", String(from + size));
  return { value: items.slice(from, from + size), nextLink: from + size < items.length ? next.href : null };
}

function listSecrets(_: SecretOperation, secretCall: SecretCall, { live }: VaultSecrets): Answer {
  const items = [...live]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, versions]) => {
      return itemOf(idOf(secretCall, "secrets", name), versions.at(-1) as SecretVersion);
    });
  return done(secretCall, `A role allows listing: ${items.length} secrets`, 200, pageOf(items, secretCall));
}

function listVersions({ name }: SecretOperation, secretCall: SecretCall, { live }: VaultSecrets): Answer {
  const versions = live.get(name) ?? [];
  const items = versions.map((version) => itemOf(idOf(secretCall, "secrets", name, version.version), version));
  return done(secretCall, `A role allows listing: ${items.length} versions`, 200, pageOf(items, secretCall));
}

function getSecret({ name, version }: SecretOperation, secretCall: SecretCall, { live }: VaultSecrets): Answer {
  const versions = live.get(name) ?? [];
  const found = version === "" ? versions.at(-1) : versions.find((one) => one.version === version);
  if (!found) return notFound(name, secretCall);
  if (!found.enabled) {
    const message = "Operation get is not allowed on a disabled secret.";
    return keyVaultError({ status: 403, code: "Forbidden", message, inner: "SecretDisabled" }, secretCall.claims);
  }
  return done(secretCall, "A role allows reading", 200, bundleOf(secretCall, name, found));
}

function setSecret({ name }: SecretOperation, secretCall: SecretCall, { live, deleted }: VaultSecrets): Answer {
  const { call, claims, world } = secretCall;
  const parsed = v.safeParse(secretBody, parseJson(call.body));
  if (!parsed.success) {
    return keyVaultError({ status: 400, code: "BadParameter", message: "Property value has to be a text." }, claims);
  }
  if (deleted.has(name)) {
    const message = `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused.`;
    return keyVaultError({ status: 409, code: "Conflict", message, inner: "ObjectIsDeletedButRecoverable" }, claims);
  }
  const now = Math.floor(world.clock.now() / 1000);
  const { value, contentType, tags, attributes } = parsed.output;
  const enabled = attributes?.enabled ?? true;
  const version = crypto.randomUUID().replaceAll("-", "");
  const made: SecretVersion = { version, value, contentType, tags, enabled, created: now, updated: now };
  live.set(name, [...(live.get(name) ?? []), made]);
  return done(secretCall, "A role allows writing", 200, bundleOf(secretCall, name, made));
}

function deletedOf(name: string, secretCall: SecretCall, { deleted }: VaultSecrets): object | undefined {
  const found = deleted.get(name);
  const newest = found?.versions.at(-1);
  return (
    found &&
    newest && {
      ...itemOf(idOf(secretCall, "secrets", name, newest.version), newest),
      recoveryId: idOf(secretCall, "deletedsecrets", name),
      deletedDate: found.deletedDate,
      scheduledPurgeDate: found.deletedDate + recoverableDays * 86_400,
    }
  );
}

function deleteSecret({ name }: SecretOperation, secretCall: SecretCall, secrets: VaultSecrets): Answer {
  const versions = secrets.live.get(name);
  if (!versions) return notFound(name, secretCall);
  secrets.live.delete(name);
  secrets.deleted.set(name, { versions, deletedDate: Math.floor(secretCall.world.clock.now() / 1000) });
  return done(secretCall, "A role allows deleting", 200, deletedOf(name, secretCall, secrets));
}

function getDeleted({ name }: SecretOperation, secretCall: SecretCall, secrets: VaultSecrets): Answer {
  const body = deletedOf(name, secretCall, secrets);
  return body ? done(secretCall, "A role allows reading", 200, body) : notFound(name, secretCall);
}

function purgeSecret({ name }: SecretOperation, secretCall: SecretCall, { deleted }: VaultSecrets): Answer {
  return deleted.delete(name) ? done(secretCall, "A role allows purging", 204) : notFound(name, secretCall);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
