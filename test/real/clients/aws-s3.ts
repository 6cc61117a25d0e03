/** `@aws-sdk/client-s3` with our provider: what it signs is verified, and new credentials come when it is time. */
import { Readable } from "node:stream";
import * as sdk from "@aws-sdk/client-s3";
import { type AwsCredentials, type CredentialProvider, defaultPlatform, federate, TokenError } from "@tokenhop/core";
import { awsSdk } from "@tokenhop/core/interop/aws-sdk";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { type AwsStsOptions, type AwsStsParams, awsSts } from "@tokenhop/core/targets/aws-sts";
import { demoEnvironment, demoIds, type Emulator } from "@tokenhop/emulator";
import { credentialsFor } from "../../emulator/aws-support.ts";
import type { Suite } from "../../harness.ts";
import { canary } from "../../leak.ts";
import { forSdk, s3Client, thrownBy, withAws } from "./aws-stage.ts";
import type { Stage } from "./entra.ts";

const { awsBucket: Bucket, awsRegion, awsRoleArn: roleArn } = demoIds;
const minutes = 60_000;

type Provider = CredentialProvider<AwsCredentials, AwsStsParams>;

/** What a GitHub Actions job writes, with the emulator for GitHub and for STS. */
function providerAt({ emulator, https }: Stage, changes: Partial<AwsStsOptions> = {}): Provider {
  return federate({
    from: githubActions(),
    to: awsSts({ roleArn, endpoint: `${https.url}/sts.${awsRegion}.amazonaws.com`, ...changes }),
    platform: {
      ...defaultPlatform(),
      env: { ...demoEnvironment, ACTIONS_ID_TOKEN_REQUEST_URL: `${https.url}/oidc/${demoIds.oidcProvider}/token?a=b` },
      now: () => emulator.now(),
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        for (const [, secret] of (await response.clone().text()).matchAll(
          /<(?:SecretAccessKey|SessionToken)>([^<]+)/g,
        )) {
          canary(secret ?? "");
        }
        return response;
      },
    },
  });
}

/** How often STS was asked since the last time. */
const exchanges = ({ lines }: Stage): number => lines().filter((line) => line.includes("/sts.")).length;

/** Moves this process's clock, by which the SDK goes, and the emulator's with it. */
async function later(emulator: Emulator, byMs: number, work: () => Promise<void>): Promise<void> {
  const { now } = Date;
  Date.now = () => now() + byMs;
  emulator.advanceClock(byMs);
  try {
    await work();
  } finally {
    Date.now = now;
    emulator.advanceClock(-byMs);
  }
}

const put = (Key: string, Body: sdk.PutObjectCommandInput["Body"] = Key) =>
  new sdk.PutObjectCommand({ Bucket, Key, Body });
const read = async (client: sdk.S3Client, Key: string): Promise<string | undefined> =>
  (await client.send(new sdk.GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

/** Sends to the emulator in this process, with real host names and without a socket. */
const inProcess = (emulator: Emulator, seen: string[]): NonNullable<sdk.S3ClientConfig["requestHandler"]> => ({
  async handle({ protocol, hostname, path, query, method, headers, body }: SdkRequest) {
    seen.push(hostname);
    const search = new URLSearchParams(query).toString().replaceAll("+", "%20");
    const url = `${protocol}//${hostname}${path}${search === "" ? "" : `?${search}`}`;
    const hasBody = method !== "GET" && method !== "HEAD";
    const response = await emulator.fetch(url, { method, headers, ...(hasBody && { body }) });
    const { status: statusCode } = response;
    return {
      response: { statusCode, headers: Object.fromEntries(response.headers), body: response.body ?? undefined },
    };
  },
});

/** A request as the SDK hands it to whoever sends it. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("@aws-sdk/client-s3 with our provider", () => {
    QUnit.test("writes, reads and lists, for one exchange", (assert) =>
      withAws(async (stage) => {
        await using provider = providerAt(stage);
        const client = s3Client(stage, { credentials: awsSdk(provider) });
        const keys = ["plain", "with space & +", "später/✓", "a//b"];
        for (const key of keys) await client.send(put(key));
        for (const key of keys) assert.strictEqual(await read(client, key), key);
        const { Contents = [] } = await client.send(new sdk.ListObjectsV2Command({ Bucket }));
        assert.deepEqual(
          Contents.map(({ Key }) => Key),
          [...keys].sort(),
        );
        const { Buckets = [] } = await client.send(new sdk.ListBucketsCommand({}));
        assert.deepEqual(
          Buckets.map(({ Name }) => Name),
          [Bucket, "far.away"],
        );
        const { ContentLength } = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: "plain" }));
        assert.strictEqual(ContentLength, 5);
        assert.strictEqual(exchanges(stage), 1);
      }),
    );

    QUnit.test("sends bodies of each kind with its checksums, and compares those it gets", (assert) =>
      withAws(async (stage) => {
        await using provider = providerAt(stage);
        const client = s3Client(stage, { credentials: awsSdk(provider) });
        const large = "0123456789".repeat(20_000);
        await client.send(put("bytes", new TextEncoder().encode(large)));
        const stream = { Bucket, Key: "stream", Body: Readable.from([large]), ContentLength: large.length };
        await client.send(new sdk.PutObjectCommand(stream));
        for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] as const) {
          await client.send(
            new sdk.PutObjectCommand({ Bucket, Key: ChecksumAlgorithm, Body: large, ChecksumAlgorithm }),
          );
          assert.strictEqual(await read(client, ChecksumAlgorithm), large, ChecksumAlgorithm);
        }
        assert.strictEqual(await read(client, "stream"), large);
        const puts = stage.asked().filter(({ line }) => line.startsWith("PUT"));
        const kinds = new Set(puts.map(({ headers }) => headers.get("x-amz-content-sha256")?.slice(0, 9)));
        assert.ok(kinds.has("STREAMING"), [...kinds].join());
      }),
    );

    QUnit.test("finds a bucket by its own host, without a socket", (assert) =>
      withAws(async (stage) => {
        const seen: string[] = [];
        const credentials = forSdk(await credentialsFor(stage.emulator));
        const requestHandler = inProcess(stage.emulator, seen);
        const client = new sdk.S3Client({ region: awsRegion, credentials, requestHandler, maxAttempts: 1 });
        await client.send(put("folder/it +"));
        assert.strictEqual(await read(client, "folder/it +"), "folder/it +");
        assert.deepEqual([...new Set(seen)], [`${Bucket}.s3.${awsRegion}.amazonaws.com`]);
      }),
    );

    QUnit.test("hears of the session's end, and goes on with forced new credentials", (assert) =>
      withAws(async (stage) => {
        await using provider = providerAt(stage);
        const client = s3Client(stage, { credentials: awsSdk(provider), maxAttempts: 3 });
        await client.send(put("it"));
        const first = await client.config.credentials();
        // Only the emulator's clock: the SDK believes that its credentials are good.
        stage.emulator.advanceClock(61 * minutes);
        const { name, $metadata } = await thrownBy(client.send(new sdk.GetObjectCommand({ Bucket, Key: "it" })));
        assert.deepEqual([name, $metadata.httpStatusCode], ["ExpiredToken", 400]);
        const codes = stage.emulator.log.filter(({ outcome }) => outcome === "refused").map(({ code }) => code);
        // It sets its clock by the answer first, and never takes an end for a reason to ask for other credentials.
        assert.deepEqual(codes, ["RequestTimeTooSkewed", "ExpiredToken", "ExpiredToken"]);
        const second = await client.config.credentials({ forceRefresh: true });
        assert.notStrictEqual(second.accessKeyId, first.accessKeyId);
        assert.strictEqual(await read(client, "it"), "it");
        assert.strictEqual(exchanges(stage), 2);
      }),
    );

    QUnit.test("asks again from five minutes before the end, and not before", (assert) =>
      withAws(async (stage) => {
        await using provider = providerAt(stage);
        const client = s3Client(stage, { credentials: awsSdk(provider) });
        await client.send(put("it"));
        assert.strictEqual(exchanges(stage), 1);
        await later(stage.emulator, 54 * minutes, async () => {
          await read(client, "it");
          assert.strictEqual(exchanges(stage), 0, "six minutes before");
        });
        await later(stage.emulator, 56 * minutes, async () => {
          await Promise.all([read(client, "it"), read(client, "it"), read(client, "it")]);
          await read(client, "it");
          assert.strictEqual(exchanges(stage), 1, "four minutes before");
        });
        await later(stage.emulator, 150 * minutes, async () => {
          assert.strictEqual(await read(client, "it"), "it");
          assert.strictEqual(exchanges(stage), 1, "long after");
        });
      }),
    );

    QUnit.test("may do only what its session's policy allows", (assert) =>
      withAws(async (stage) => {
        await using provider = providerAt(stage);
        await s3Client(stage, { credentials: awsSdk(provider) }).send(put("mine/it"));
        const Resource = `arn:aws:s3:::${Bucket}/mine/*`;
        const Statement = [{ Effect: "Allow", Action: "s3:GetObject", Resource }];
        const narrowed = provider.with({ sessionPolicy: { Version: "2012-10-17", Statement } });
        const client = s3Client(stage, { credentials: awsSdk(narrowed) });
        assert.strictEqual(await read(client, "mine/it"), "mine/it");
        const denied = [
          read(client, "other"),
          client.send(put("mine/it")),
          client.send(new sdk.ListBucketsCommand({})),
        ];
        const errors = await Promise.all(denied.map(thrownBy));
        assert.deepEqual(
          errors.map(({ name, $metadata }) => [name, $metadata.httpStatusCode]),
          [
            ["AccessDenied", 403],
            ["AccessDenied", 403],
            ["AccessDenied", 403],
          ],
        );
      }),
    );

    QUnit.test("throws what S3 says, and what our exchange says", (assert) =>
      withAws(async (stage) => {
        await using provider = providerAt(stage);
        const client = s3Client(stage, { credentials: awsSdk(provider) });
        const absent = await thrownBy(read(client, "none"));
        assert.ok(absent instanceof sdk.NoSuchKey, absent.name);
        const list = new sdk.ListObjectsV2Command({ Bucket: "no-such-bucket" });
        assert.ok((await thrownBy(client.send(list))) instanceof sdk.NoSuchBucket);
        const secretAccessKey = "x".repeat(40);
        const guessed = s3Client(stage, { credentials: { ...(await awsSdk(provider)()), secretAccessKey } });
        assert.strictEqual((await thrownBy(read(guessed, "it"))).name, "SignatureDoesNotMatch");

        await using untrusted = providerAt(stage, { roleArn: roleArn.replace("demo-role", "no-trust") });
        const refused: unknown = await thrownBy(read(s3Client(stage, { credentials: awsSdk(untrusted) }), "it"));
        assert.ok(refused instanceof TokenError && refused.code === "ERR_EXCHANGE_REFUSED", String(refused));
        assert.ok(String(refused).includes("AccessDenied"), String(refused));
      }),
    );

    QUnit.test("cannot use a session of another account", (assert) =>
      withAws(async ({ emulator }) => {
        const other = { RoleArn: `arn:aws:iam::999900001111:role/other` };
        const credentials = forSdk(await credentialsFor(emulator, other));
        const client = new sdk.S3Client({
          region: awsRegion,
          credentials,
          maxAttempts: 1,
          requestHandler: inProcess(emulator, []),
        });
        assert.strictEqual((await thrownBy(read(client, "it"))).name, "AccessDenied");
      }),
    );
  });
};
