/** A certified OpenID provider that changes its keys, and one that is not there: when the emulator reads again. */
import { defaultPlatform, type EngineEvent } from "@tokenhop/core";
import { exchange } from "../../emulator/support.ts";
import type { Suite } from "../../harness.ts";
import { failureOf, type OidcStage, withOidcProvider } from "./oidc-provider-stage.ts";

const read = ["GET /.well-known/openid-configuration 200", "GET /jwks 200"];
const coolDownMs = 30_000;
const keepMs = 3_600_000;

/** Our client, for which the time of the emulator passes when it waits before it tries again. */
function patientClient({ client, emulator }: OidcStage, events: EngineEvent[]) {
  const platform = defaultPlatform();
  const isPause = (ms: number): boolean => events.some((event) => event.type === "retry" && event.delayMs === ms);
  return client({
    limits: { attempts: 10 },
    onEvent: (event) => void events.push(event),
    platform: {
      ...platform,
      random: () => 0.5,
      // Every other sleep is the time limit of a try.
      sleep: async (ms, signal) => (isPause(ms) ? emulator.advanceClock(ms) : platform.sleep(ms, signal)),
    },
  });
}

export const suite: Suite = (QUnit) => {
  QUnit.module("oidc-provider: a new key", () => {
    QUnit.test("is accepted when the pause after the last reading is over", (assert) =>
      withOidcProvider(async ({ op, post, emulator, reads }) => {
        const old = await op.token(exchange);
        assert.strictEqual((await post(old)).outcome, "granted");
        assert.deepEqual(reads(), read);

        await op.publish({ kids: ["first", "second"] });
        const young = await op.token(exchange);
        assert.strictEqual((await post(young)).outcome, 7000272);
        emulator.advanceClock(coolDownMs - 1);
        assert.strictEqual((await post(young)).outcome, 7000272);
        assert.deepEqual(reads(), [], "too soon");

        emulator.advanceClock(1);
        assert.strictEqual((await post(young)).outcome, "granted");
        assert.deepEqual(reads(), read);
        assert.strictEqual((await post(young)).outcome, "granted");
        assert.strictEqual((await post(old)).outcome, "granted", "the old key is still published");
        assert.deepEqual(reads(), []);
      }),
    );

    QUnit.test("is, until then, an error that says to try again", (assert) =>
      withOidcProvider(async ({ op, client, reads }) => {
        await client().get();
        await op.publish({ kids: ["first", "second"] });
        reads();
        const error = await failureOf(client());
        assert.deepEqual(
          [error.code, error.errorCodes, error.recovery, error.status, error.error],
          ["ERR_EXCHANGE_REFUSED", [7000272], "retry", 401, "invalid_client"],
        );
        assert.deepEqual(reads(), []);
      }),
    );

    QUnit.test("is awaited by our client, which tries again by itself", (assert) =>
      withOidcProvider(async (stage) => {
        await stage.client().get();
        await stage.op.publish({ kids: ["first", "second"] });
        stage.reads();
        const startedAt = stage.emulator.now();
        const events: EngineEvent[] = [];
        const { token } = await patientClient(stage, events).get();
        assert.ok(token.reveal().length > 0);
        assert.ok(stage.emulator.now() - startedAt >= coolDownMs, "it waited");
        const retries = events.filter((event) => event.type === "retry");
        assert.ok(retries.length > 1 && retries.every(({ code }) => code === "ERR_EXCHANGE_REFUSED"));
        assert.deepEqual(stage.reads(), read, "and the provider was asked once for all its tries");
      }),
    );
  });

  QUnit.module("oidc-provider: a dropped key", () => {
    QUnit.test("is accepted for as long as it is kept", (assert) =>
      withOidcProvider(async ({ op, post, emulator, reads }) => {
        const token = await op.token(exchange);
        await post(token);
        await op.publish({ kids: ["second"] });
        reads();
        emulator.advanceClock(keepMs - 1);
        assert.strictEqual((await post(token)).outcome, "granted");
        assert.deepEqual(reads(), []);
        emulator.advanceClock(1);
        assert.strictEqual((await post(token)).outcome, 7000272);
        assert.deepEqual(reads(), read);
      }),
    );

    QUnit.test("is refused once an unknown one had the keys read again", (assert) =>
      withOidcProvider(async ({ op, client, post, emulator, reads }) => {
        const old = await op.token(exchange);
        await post(old);
        await op.publish({ kids: ["second"] });
        const young = await op.token(exchange);
        emulator.advanceClock(coolDownMs);
        assert.strictEqual((await post(old)).outcome, "granted");
        reads();
        assert.strictEqual((await post(young)).outcome, "granted");
        assert.deepEqual(reads(), read);
        const error = await failureOf(client({}, old));
        assert.deepEqual([error.errorCodes, error.recovery], [[7000272], "retry"]);
        assert.deepEqual(reads(), [], "they were read a moment ago");
      }),
    );

    QUnit.test("does not sign in the name of another", (assert) =>
      withOidcProvider(async ({ op, post, emulator }) => {
        const old = await op.token(exchange);
        await post(old);
        await op.publish({ kids: ["first", "second"] });
        const young = await op.token(exchange);
        emulator.advanceClock(coolDownMs);
        await post(young);
        const [, claims, signature] = old.split(".");
        const mixed = [young.split(".")[0], claims, signature].join(".");
        assert.strictEqual((await post(mixed)).outcome, 700027);
      }),
    );
  });

  QUnit.module("oidc-provider: down", () => {
    QUnit.test("it is an error that says to try again, and up again it is asked at once", (assert) =>
      withOidcProvider(async ({ op, client, emulator, reads }) => {
        const token = await op.token(exchange);
        await op.stop();
        const error = await failureOf(client({}, token));
        assert.deepEqual([error.code, error.errorCodes, error.recovery], ["ERR_EXCHANGE_REFUSED", [501661], "retry"]);
        assert.strictEqual(emulator.log.at(-1)?.reason, `Cannot read ${op.origin}/.well-known/openid-configuration`);
        await op.start();
        assert.ok((await client({}, token).get()).token.reveal().length > 0);
        assert.deepEqual(reads(), read);
      }),
    );

    QUnit.test("its keys are good for as long as they are kept", (assert) =>
      withOidcProvider(async ({ op, post, emulator, reads }) => {
        const token = await op.token(exchange);
        await post(token);
        await op.stop();
        reads();
        emulator.advanceClock(keepMs - 1);
        assert.strictEqual((await post(token)).outcome, "granted");
        emulator.advanceClock(1);
        assert.strictEqual((await post(token)).outcome, 501661);
        await op.start();
        assert.strictEqual((await post(token)).outcome, "granted");
        assert.deepEqual(reads(), read);
      }),
    );

    QUnit.test("an unknown key is no verdict, and a failed reading starts no pause", (assert) =>
      withOidcProvider(async ({ op, post, emulator, reads }) => {
        const old = await op.token(exchange);
        await post(old);
        await op.publish({ kids: ["first", "second"] });
        const young = await op.token(exchange);
        emulator.advanceClock(coolDownMs);
        await op.stop();
        reads();
        assert.strictEqual((await post(young)).outcome, 501661);
        assert.strictEqual((await post(old)).outcome, "granted", "and costs nobody the keys that are known");
        await op.start();
        assert.strictEqual((await post(young)).outcome, "granted");
        assert.deepEqual(reads(), read);
      }),
    );
  });
};
