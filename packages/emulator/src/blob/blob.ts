/** The blob service of a storage account, as far as block blobs and their containers go. */
import type { JWTPayload } from "jose";
import { textClaim } from "../bearer.ts";
import { authorityHost } from "../directory.ts";
import {
  type AccessProblem,
  checkAccess,
  findServiceResource,
  mayDo,
  type ServiceResource,
} from "../services/access.ts";
import { type ServiceAddress, serviceAddress } from "../services/address.ts";
import { bearerOf } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import { type BlobCall, type BlobFailure, failed } from "./answers.ts";
import { deleteBlob, putBlob, putBlock, putBlockList, readBlob } from "./blobs.ts";
import { createContainer, deleteContainer, listBlobs, listContainers, readContainer } from "./containers.ts";
import { type BlobOperation, type BlobOperationName, type BlobPlace, blobOperation, permissions } from "./operation.ts";

const audiences = ["https://storage.azure.com", "e406a681-f3d4-42a8-90b6-c2b029497af1"];

/** The first version of the service that takes a token. */
const firstVersion = "2017-11-09";

const hint =
  "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";

const operations: Readonly<Record<BlobOperationName, (at: BlobPlace, call: BlobCall) => Answer>> = {
  "list-containers": listContainers,
  "create-container": createContainer,
  "read-container": readContainer,
  "delete-container": deleteContainer,
  "list-blobs": listBlobs,
  "put-blob": putBlob,
  "put-block": putBlock,
  "put-block-list": putBlockList,
  "read-blob": readBlob,
  "delete-blob": deleteBlob,
};

/** Everything of an account's blob service. */
export async function blobService(world: World, call: Call): Promise<Answer> {
  const address = serviceAddress(call.url) as ServiceAddress;
  const account = findServiceResource(world, "Microsoft.Storage/storageAccounts", address.name);
  if (!account) return failed(world, call, noAccount(address));
  if (bearerOf(call.headers) && (call.headers.get("x-ms-version") ?? "") < firstVersion)
    return failed(world, call, tooOld);
  const access = await checkAccess(world, call, account, audiences);
  if (access.problem !== undefined) return unauthorized(world, call, account, access);
  const { claims } = access;
  const operation = blobOperation(call.method, address.path, call.url.searchParams);
  if (!operation) return failed(world, call, unsupported, claims);
  if (!isPermitted(world, claims, account, operation)) return failed(world, call, forbidden, claims);
  return operations[operation.name]({ ...operation, account, address }, { world, call, claims });
}

function isPermitted(world: World, claims: JWTPayload, account: ServiceResource, operation: BlobOperation): boolean {
  const { kind, action } = permissions[operation.name];
  const below = operation.container && `/blobServices/default/containers/${operation.container}`;
  return mayDo(world, claims, kind, action, `${account.id}${below}`);
}

function unauthorized(world: World, call: Call, { tenantId }: ServiceResource, access: AccessProblem): Answer {
  const uri = `https://${authorityHost(world.config)}/${tenantId}/oauth2/authorize`;
  const headers = { "www-authenticate": `Bearer authorization_uri=${uri} resource_id=https://storage.azure.com` };
  if (access.problem === "missing") {
    return failed(world, call, { status: 401, code: "NoAuthenticationInformation", message: hint, headers });
  }
  const detail = details[access.problem];
  return failed(
    world,
    call,
    { status: 401, code: "InvalidAuthenticationInfo", message: hint, detail, headers },
    // Of a token that is not Entra's nothing is believed.
    textClaim(access.claims ?? {}, "tid") ? access.claims : {},
  );
}

const details: Readonly<Record<Exclude<AccessProblem["problem"], "missing">, string>> = {
  malformed: "The token is not a well-formed JWT.",
  signature: "Signature validation failed. Signature verification failed.",
  expired: "Lifetime validation failed. The token is expired.",
  audience: "Audience validation failed. Audience did not match.",
  tenant: "Issuer validation failed. Issuer did not match.",
};

const tooOld: BlobFailure = {
  status: 403,
  code: "AuthenticationFailed",
  message:
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
  detail: "Authentication scheme Bearer is not supported in this version.",
};

const forbidden: BlobFailure = {
  status: 403,
  code: "AuthorizationPermissionMismatch",
  message: "This request is not authorized to perform this operation using this permission.",
};

const unsupported: BlobFailure = {
  status: 405,
  code: "UnsupportedHttpVerb",
  message: "The emulator does not do this operation.",
};

/** In Azure there would be no such host. */
function noAccount({ name }: ServiceAddress): BlobFailure {
  return { status: 404, code: "ResourceNotFound", message: `The emulator has no storage account '${name}'.` };
}
