/** The endpoints that give a machine in AWS its credentials. */
import type { Emulator, EmulatorConfig } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as aws from "./aws-support.ts";
import * as world from "./support.ts";

const imds = "http://169.254.169.254/latest";
const credentialsPath = `${imds}/meta-data/iam/security-credentials`;
const ttl = "x-aws-ec2-metadata-token-ttl-seconds";

const startSession = (emulator: Emulator, headers: Readonly<Record<string, string>> = { [ttl]: "60" }) =>
  aws.askText(emulator, `${imds}/api/token`, { method: "PUT", headers });

const metadata = (emulator: Emulator, url: string, token: string) =>
  aws.askText(emulator, url, { headers: { "x-aws-ec2-metadata-token": token } });

function readCredentials(text: string): aws.Credentials {
  const { AccessKeyId: id, SecretAccessKey: secret, Token: token } = JSON.parse(text) as Record<string, string>;
  return { id: id ?? "", secret: secret ?? "", token: token ?? "" };
}

async function whoIs(emulator: Emulator, credentials: aws.Credentials): Promise<string | undefined> {
  const { text } = await aws.ask(emulator, credentials, {
    method: "POST",
    url: `https://sts.${aws.region}.amazonaws.com/`,
    service: "sts",
    at: emulator.now(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  });
  return aws.xmlText(text, "Arn");
}

const machineArn = `arn:aws:sts::${aws.accountId}:assumed-role/demo-role/machine`;
const ecs = "http://169.254.170.2/v2/credentials";
const pod = "http://169.254.170.23/v1/credentials";
const authorized = { headers: { authorization: "demo-authorization-token" } };

function withMachine(changes: object | undefined): EmulatorConfig {
  const config = aws.awsConfig();
  if (!config.aws?.machine) throw new Error("There is a machine");
  const machine = changes && { ...config.aws.machine, ...changes };
  return { ...config, aws: { ...config.aws, machine } };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: the metadata service of EC2", () => {
    QUnit.test("gives the role's credentials to whoever has a session", async (assert) => {
      const emulator = aws.makeAws();
      const session = await startSession(emulator);
      assert.deepEqual([session.status, session.headers.get(ttl)], [200, "60"]);
      const role = await metadata(emulator, `${credentialsPath}/`, session.text);
      assert.deepEqual([role.text, role.headers.get("content-type")], ["demo-role", "text/plain"]);
      const { text } = await metadata(emulator, `${credentialsPath}/${role.text}`, session.text);
      const {
        AccessKeyId: _,
        SecretAccessKey: _secret,
        Token: _token,
        ...rest
      } = JSON.parse(text) as Record<string, string>;
      assert.deepEqual(rest, {
        Code: "Success",
        LastUpdated: "2026-01-15T12:00:00Z",
        Type: "AWS-HMAC",
        Expiration: "2026-01-15T18:00:00Z",
      });
      assert.strictEqual(await whoIs(emulator, readCredentials(text)), machineArn);
      const { text: region } = await metadata(emulator, `${imds}/meta-data/placement/region`, session.text);
      assert.strictEqual(region, aws.region);
      assert.notOk(JSON.stringify(emulator.log).includes(session.text), "a session's token is not logged");
    });

    QUnit.test("starts sessions of 1 to 21600 seconds, for nobody behind a proxy", async (assert) => {
      const emulator = aws.makeAws();
      const status = async (headers: Record<string, string>) => (await startSession(emulator, headers)).status;
      assert.deepEqual(
        [
          await status({ [ttl]: "1" }),
          await status({ [ttl]: "21600" }),
          await status({ [ttl]: "0" }),
          await status({ [ttl]: "21601" }),
          await status({ [ttl]: "1.5" }),
          await status({ [ttl]: "" }),
          await status({}),
          await status({ [ttl]: "60", "x-forwarded-for": "203.0.113.1" }),
        ],
        [200, 200, 400, 400, 400, 400, 400, 403],
      );
    });

    QUnit.test("refuses without a session, and when it has ended", async (assert) => {
      const emulator = aws.makeAws();
      assert.strictEqual((await aws.askText(emulator, `${credentialsPath}/`)).status, 401);
      const { text: token } = await startSession(emulator);
      assert.strictEqual((await metadata(emulator, `${credentialsPath}/`, `${token}x`)).status, 401);
      emulator.advanceClock(59_999);
      assert.strictEqual((await metadata(emulator, `${credentialsPath}/`, token)).status, 200);
      emulator.advanceClock(1);
      assert.strictEqual((await metadata(emulator, `${credentialsPath}/`, token)).status, 401);
    });

    QUnit.test("has nothing else, and no machine unless there is one", async (assert) => {
      const emulator = aws.makeAws();
      const { text: token } = await startSession(emulator);
      assert.strictEqual((await metadata(emulator, `${credentialsPath}/other`, token)).status, 404);
      assert.strictEqual((await metadata(emulator, `${imds}/meta-data/ami-id`, token)).status, 404);
      const without = aws.makeAws({}, withMachine(undefined));
      assert.strictEqual((await startSession(without)).status, 404);
      assert.strictEqual((await metadata(without, `${credentialsPath}/`, token)).status, 404);
    });
  });

  QUnit.module("emulator: containers in AWS", () => {
    QUnit.test("get the role's credentials from ECS and from EKS", async (assert) => {
      const emulator = aws.makeAws();
      const answers = [
        await world.ask(emulator, `${ecs}/demo-credentials-id`),
        await world.ask(emulator, pod, authorized),
      ];
      for (const { status, body } of answers) {
        const { AccessKeyId, SecretAccessKey, Token, ...rest } = body;
        assert.deepEqual<unknown>(
          [status, rest],
          [200, { RoleArn: aws.roleArn, AccountId: aws.accountId, Expiration: "2026-01-15T18:00:00Z" }],
        );
        const credentials = { id: String(AccessKeyId), secret: String(SecretAccessKey), token: String(Token) };
        assert.strictEqual(await whoIs(emulator, credentials), machineArn);
      }
    });

    QUnit.test("get nothing without the secret of their endpoint", async (assert) => {
      const emulator = aws.makeAws();
      const without = aws.makeAws({}, withMachine({ container: undefined }));
      const refused = async (to: Emulator, url: string, init?: RequestInit) => {
        const { status, body } = await world.ask(to, url, init);
        return `${status} ${body.Code}`;
      };
      assert.deepEqual(
        [
          await refused(emulator, `${ecs}/demo-credentials-ix`),
          await refused(emulator, pod),
          await refused(emulator, pod, { headers: { authorization: "Bearer demo-authorization-token" } }),
          await refused(without, `${ecs}/undefined`),
          await refused(without, pod, { headers: { authorization: "undefined" } }),
        ],
        [
          "400 InvalidIdInRequest",
          "401 AccessDenied",
          "401 AccessDenied",
          "400 InvalidIdInRequest",
          "401 AccessDenied",
        ],
      );
    });

    QUnit.test("get the same credentials until they end soon", async (assert) => {
      const emulator = aws.makeAws();
      const get = async () => (await world.ask(emulator, pod, authorized)).body;
      const first = await get();
      emulator.advanceClock(5.75 * 3_600_000 - 1000);
      assert.deepEqual(await get(), first);
      emulator.advanceClock(1000);
      const second = await get();
      assert.notStrictEqual(second.AccessKeyId, first.AccessKeyId);
      assert.strictEqual(second.Expiration, "2026-01-15T23:45:00Z");
    });
  });
};
