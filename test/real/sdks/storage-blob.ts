/** `@azure/storage-blob`, as it is installed, with our credential. */
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { demoIds } from "@tokenhop/emulator";
import type { Assert, Suite } from "../../harness.ts";
import { problemOf } from "./problem.ts";
import { type Stage, withStage } from "./stage.ts";

const { storageAccount, tenantId, uamiClientId } = demoIds;
const encoder = new TextEncoder();

const serviceAt = ({ origin, credential }: Stage, account = storageAccount): BlobServiceClient =>
  new BlobServiceClient(`${origin}/${account}.blob.core.windows.net`, credential);

/** With a container of its own, which is gone afterwards. */
const withContainer = (work: (container: ContainerClient, stage: Stage, assert: Assert) => Promise<void>) => {
  return (assert: Assert) =>
    withStage(async (stage) => {
      const container = serviceAt(stage).getContainerClient(`box-${crypto.randomUUID().slice(0, 8)}`);
      await container.create();
      try {
        await work(container, stage, assert);
      } finally {
        await container.deleteIfExists();
      }
    });
};

/** In Node the SDK gives a stream, in its build for browsers a `Blob`. */
async function bytesOf(container: ContainerClient, name: string, offset = 0, count?: number): Promise<Uint8Array> {
  const { blobBody, readableStreamBody } = await container.getBlobClient(name).download(offset, count);
  if (blobBody) return new Uint8Array(await (await blobBody).arrayBuffer());
  const bytes: number[] = [];
  for await (const part of readableStreamBody ?? [])
    bytes.push(...(typeof part === "string" ? encoder.encode(part) : part));
  return Uint8Array.from(bytes);
}

const textOf = async (...asked: Parameters<typeof bytesOf>): Promise<string> =>
  new TextDecoder().decode(await bytesOf(...asked));

async function namesIn(container: ContainerClient): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat()) names.push(name);
  return names;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("@azure/storage-blob", () => {
    QUnit.test(
      "uploads, reads, lists and deletes, with one exchange",
      withContainer(async (container, { counts, log }, assert) => {
        const blob = container.getBlockBlobClient("folder/hello world.txt");
        const text = "hello, blob";
        const { etag } = await blob.upload(encoder.encode(text), text.length, {
          blobHTTPHeaders: { blobContentType: "text/plain" },
          metadata: { colour: "red" },
        });
        assert.strictEqual(await textOf(container, "folder/hello world.txt"), text);
        assert.strictEqual(await textOf(container, "folder/hello world.txt", 7, 4), "blob");
        const properties = await blob.getProperties();
        assert.deepEqual(
          [properties.contentLength, properties.contentType, properties.metadata, properties.etag],
          [text.length, "text/plain", { colour: "red" }, etag],
        );
        await container.getBlockBlobClient("a<&>.txt").upload("", 0);
        assert.deepEqual(await namesIn(container), ["a<&>.txt", "folder/hello world.txt"]);
        await blob.delete();
        assert.deepEqual([await blob.exists(), await namesIn(container)], [false, ["a<&>.txt"]]);
        const { token, "oidc-token": identities } = await counts();
        assert.deepEqual([identities, token], [1, 1]);
        const clients = new Set((await log()).filter(({ route }) => route === "blob").map(({ client }) => client));
        assert.deepEqual([...clients], [uamiClientId]);
      }),
    );

    QUnit.test(
      "uploads in blocks and reads them as one",
      withContainer(async (container, _, assert) => {
        const bytes = Uint8Array.from({ length: 10_000 }, (_, at) => at % 251);
        const blob = container.getBlockBlobClient("blocks");
        await blob.uploadData(bytes.buffer, { blockSize: 3_000, maxSingleShotSize: 1_000, concurrency: 3 });
        assert.strictEqual((await bytesOf(container, "blocks")).join(), bytes.join());
      }),
    );

    QUnit.test(
      "turns pages, and shows folders",
      withContainer(async (container, _, assert) => {
        for (const name of ["a/1", "a/2", "b", "c"]) await container.getBlockBlobClient(name).upload(name, name.length);
        const sizes: number[] = [];
        for await (const page of container.listBlobsFlat().byPage({ maxPageSize: 3 }))
          sizes.push(page.segment.blobItems.length);
        assert.deepEqual(sizes, [3, 1]);
        const kinds: string[] = [];
        for await (const { kind, name } of container.listBlobsByHierarchy("/")) kinds.push(`${kind} ${name}`);
        assert.deepEqual(kinds, ["prefix a/", "blob b", "blob c"]);
      }),
    );

    QUnit.test(
      "meets refusals of the service's as its own errors",
      withContainer(async (container, _, assert) => {
        const blob = container.getBlockBlobClient("one");
        const { etag } = await blob.upload("1", 1);
        await blob.upload("2", 1);
        const conditions = { ifMatch: String(etag) };
        const late = await problemOf(blob.upload("3", 1, { conditions }));
        assert.deepEqual([late.name, late.code, late.statusCode], ["RestError", "ConditionNotMet", 412]);
        const none = await problemOf(container.getBlobClient("none").download());
        assert.deepEqual([none.code ?? "BlobNotFound", none.statusCode], ["BlobNotFound", 404]);
        const again = await problemOf(container.create());
        assert.deepEqual([again.code, again.statusCode], ["ContainerAlreadyExists", 409]);
      }),
    );

    QUnit.test("may not do what no role allows", (assert) =>
      withStage(async (stage) => {
        // The identity reads the resource group that this account is in, and so may list its containers; that is no access to data.
        const other = serviceAt(stage, "demostorage");
        const container = other.getContainerClient("box");
        const { code, statusCode } = await problemOf(container.getBlobClient("one").download());
        assert.deepEqual(
          [code ?? "AuthorizationPermissionMismatch", statusCode],
          ["AuthorizationPermissionMismatch", 403],
        );
        assert.strictEqual((await problemOf(container.create())).statusCode, 403);
        const names: string[] = [];
        for await (const { name } of other.listContainers()) names.push(name);
        assert.deepEqual(names, []);
      }),
    );

    QUnit.test("answers the service's challenge with the same token, as it was for the right tenant", (assert) =>
      withStage(async (stage) => {
        const uri = `https://login.microsoftonline.com/${tenantId}/oauth2/authorize`;
        const challenge = `Bearer authorization_uri=${uri} resource_id=https://storage.azure.com`;
        await stage.setFault({
          route: "blob",
          kind: "respond",
          status: 401,
          headers: { "www-authenticate": challenge, "x-ms-error-code": "InvalidAuthenticationInfo" },
        });
        const names: string[] = [];
        for await (const { name } of serviceAt(stage).listContainers({ prefix: "none" })) names.push(name);
        const { blob, token } = await stage.counts();
        assert.deepEqual([names.length, blob, token], [0, 2, 1]);
      }),
    );
  });
};
