/**
 * The whole way of a workload with an issuer of its own: it mints, the emulator (which shares no code with either package) reads
 * discovery and keys from the issuer's own routes, and what it gives opens Azure. And our own verification of the same tokens.
 */
import {
  type BearerToken,
  type CredentialProvider,
  createAttach,
  federate,
  type Platform,
  type TokenError,
} from "@tokenhop/core";
import { createBearerAuth, oidcIssuer } from "@tokenhop/core/bearer-auth";
import { selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";
import { type EntraParams, entra } from "@tokenhop/core/targets/entra";
import { type ManualClock, manualClock, testPlatform } from "@tokenhop/core/testing";
import { createDemoConfig, demoIds, type Emulator, type EmulatorConfig } from "@tokenhop/emulator";
import { createIssuer, type Issuer } from "@tokenhop/issuer";
import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
import { failureOf } from "../contract/platform.ts";
import * as world from "../emulator/support.ts";
import type { Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";

const ISSUER = "https://id.example";
const TRUSTED = "worker:orders";
const OTHER = "worker:invoices";
const API = "api://things";
const MINUTE = 60_000;
const discovery = `${ISSUER}/.well-known/openid-configuration`;
const jwks = `${ISSUER}/.well-known/jwks.json`;

/** The demo, whose managed identity trusts one subject of the issuer. */
function config(): EmulatorConfig {
  const demo = createDemoConfig();
  const federatedCredentials = [{ name: "own", issuer: ISSUER, subject: TRUSTED, audiences: [world.exchange] }];
  const tenants = demo.tenants.map((tenant) => ({
    ...tenant,
    managedIdentities: (tenant.managedIdentities ?? []).map((one) => ({ ...one, federatedCredentials })),
  }));
  return { ...demo, tenants };
}

interface Stage {
  readonly clock: ManualClock;
  readonly issuer: Issuer;
  readonly emulator: Emulator;
  /** What the emulator read of the issuer. */
  readonly asked: string[];
  readonly platform: Platform;
  /** A minter that counts, and whose tokens are looked for wherever they must not be. */
  minter(subject?: string, audiences?: readonly string[]): TokenMinter & { readonly minted: readonly string[] };
  client(minter: TokenMinter): CredentialProvider<BearerToken, EntraParams>;
}

function stage(): Stage {
  const clock = manualClock(world.startAt);
  const issuer = createIssuer({
    issuer: ISSUER,
    keyStore: memoryKeyStore(),
    subjects: [TRUSTED, OTHER],
    audiences: [world.exchange, API],
    platform: { now: clock.now, sleep: clock.sleep, requestBoundIo: false },
    onWarning: (message) => record("warning", message),
  });
  const asked: string[] = [];
  const emulator = world.makeEmulator(config(), {
    now: clock.now,
    fetch: (url, init) => {
      asked.push(url);
      return issuer.fetch(new Request(url, init));
    },
  });
  const platform = testPlatform({ clock, fetch: (input, init) => emulator.fetch(new Request(input, init)) });
  return {
    clock,
    issuer,
    emulator,
    asked,
    platform,
    minter(subject = TRUSTED, audiences) {
      const minter = issuer.minter(subject, audiences);
      const minted: string[] = [];
      return {
        minted,
        async mint(wanted) {
          const reply = await minter.mint(wanted);
          minted.push(reply.ok ? canary(reply.token) : reply.error.code);
          return reply;
        },
      };
    },
    client: (minter) =>
      federate({
        from: selfIssued(minter),
        to: entra({ tenantId: demoIds.tenantId, clientId: demoIds.uamiClientId, scope: world.armScope }),
        platform,
        onEvent: (event) => record("event", event),
      }),
  };
}

const refusalOf = ({ client }: Stage, minter: TokenMinter): Promise<TokenError> =>
  failureOf(() => client(minter).get());

export const suite: Suite = (QUnit) => {
  QUnit.module("self-issued at the emulator", () => {
    QUnit.test("a token of one's own issuer opens Azure", async (assert) => {
      const { asked, client, emulator, minter, platform } = stage();
      const attach = createAttach({ arm: client(minter()) }, { platform });
      const url = world.armUrl(`${demoIds.resourceGroup}/resources`);
      const reply = await attach(new Request("https://app.example/")).arm.fetch(url);
      const { value } = (await reply.json()) as { readonly value: readonly unknown[] };
      assert.deepEqual([reply.status, value.length], [200, 2]);
      assert.deepEqual(asked, [discovery, jwks]);
      assert.deepEqual(
        emulator.log.map(({ route, outcome }) => `${route} ${outcome}`),
        ["token granted", "arm granted"],
      );
    });

    QUnit.test("one token serves every scope until it ends", async (assert) => {
      const { clock, client, minter, asked } = stage();
      const own = minter();
      const arm = client(own);
      await Promise.all([arm.get(), arm.get()]);
      await arm.with({ scope: "https://vault.azure.net/.default" }).get();
      assert.strictEqual(own.minted.length, 1);
      await clock.advance(11 * MINUTE);
      arm.invalidate();
      await arm.get();
      assert.strictEqual(own.minted.length, 2, "it lives ten minutes");
      assert.deepEqual(asked, [discovery, jwks], "the emulator keeps the keys");
    });

    QUnit.test("another subject of the same issuer is another identity", async (assert) => {
      const it = stage();
      const error = await refusalOf(it, it.minter(OTHER));
      assert.deepEqual([error.code, error.errorCodes], ["ERR_EXCHANGE_REFUSED", [700213]]);
      assert.ok(error.message.includes(OTHER), error.message);
    });

    QUnit.test("what the issuer does not allow is neither exchanged nor asked for again", async (assert) => {
      const it = stage();
      const own = it.minter(TRUSTED, [API]);
      const arm = it.client(own);
      for (const _ of [1, 2]) {
        const error = await failureOf(() => arm.get());
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_ISSUER_REFUSED", "stop", "self-issued"]);
        assert.ok(error.message.includes(`the audience "${world.exchange}" is not allowed`), error.message);
      }
      assert.deepEqual(own.minted, ["ERR_ISSUER_REFUSED"]);
      assert.deepEqual(it.emulator.log, []);
    });

    QUnit.test(
      "a dropped key's token is refused once its keys are read again, and the next one is taken",
      async (assert) => {
        const it = stage();
        const own = it.minter();
        const arm = it.client(own);
        await arm.get();
        const [dropped = ""] = own.minted;
        await it.issuer.dropKeys("all");
        // An emulator that looked a moment ago does not look again at once.
        await it.clock.advance(MINUTE);
        const fresh = it.client(it.minter());
        assert.ok((await fresh.get()).expiresAt > it.clock.now());
        const fields = { client_id: demoIds.uamiClientId, client_assertion: dropped };
        const { status, body } = await world.postToken(it.emulator, fields);
        assert.deepEqual([status, body.error_codes], [401, [7000272]]);
      },
    );

    QUnit.test("our own verification takes it, and no token for somebody else", async (assert) => {
      const { issuer, clock } = stage();
      const asked: string[] = [];
      const fetch: Platform["fetch"] = (input, init) => {
        const request = new Request(input, init);
        asked.push(request.url);
        return issuer.fetch(request);
      };
      const platform = testPlatform({ clock, fetch });
      const auth = createBearerAuth({ issuers: oidcIssuer({ issuer: ISSUER, audience: API }), platform });
      const requestOf = async (audience: string): Promise<Request> => {
        const { token } = await issuer.mint({ subject: TRUSTED, audience });
        return new Request("https://app.example/", {
          headers: { authorization: `Bearer ${canary(token.reveal())}` },
        });
      };
      const request = await requestOf(API);
      const { claims } = await auth.verify(request);
      assert.deepEqual([claims.iss, claims.sub, claims.aud], [ISSUER, TRUSTED, API]);
      assert.deepEqual(asked, [discovery, jwks]);
      const other = await failureOf(async () => auth.verify(await requestOf(world.exchange)));
      assert.deepEqual([other.code, other.problems], ["ERR_AUTH_INVALID", ["wrong-audience"]]);
      await clock.advance(20 * MINUTE);
      const late = await failureOf(() => auth.verify(request));
      assert.deepEqual([late.code, late.problems], ["ERR_AUTH_INVALID", ["expired"]]);
    });
  });
};
