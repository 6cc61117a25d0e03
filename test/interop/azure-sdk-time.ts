/** The Azure SDKs' credential in time: aborts, deadlines, and how an SDK that keeps its token comes to the next one. */
import type { BearerToken } from "@tokenhop/core";
import type { AzureSdkAbortSignal } from "@tokenhop/core/interop/azure-sdk";
import { bearer, deferred, errorOf, failure, fateOf, HOUR, MINUTE, settle } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { ARM, CLAIMS, stage } from "./azure-sdk-support.ts";

const SECOND = 1_000;

/** A signal as the SDKs had their own: no event target, no reason. Counts who listens. */
function oldSignal() {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    addEventListener: (_: "abort", listener: () => void) => void listeners.add(listener),
    removeEventListener: (_: "abort", listener: () => void) => void listeners.delete(listener),
  };
  const abort = (): void => {
    signal.aborted = true;
    for (const listener of [...listeners]) listener();
  };
  return { signal: signal as AzureSdkAbortSignal, abort, listeners };
}

const nameOf = (error: unknown): string | undefined => {
  record("error", error);
  return error instanceof Error ? error.name : undefined;
};

export const suite: Suite = (QUnit) => {
  QUnit.module("azure-sdk in time", () => {
    QUnit.test("an abort ends the wait as the SDKs know it, and the exchange goes on", async (assert) => {
      for (const kind of ["the DOM's", "an old one"]) {
        const { credential, provider, target, clock } = stage();
        const answer = deferred<BearerToken>();
        target.answer = () => answer.promise;
        const old = oldSignal();
        const dom = new AbortController();
        const abortSignal = kind === "an old one" ? old.signal : dom.signal;
        const call = fateOf(credential.getToken(ARM, { abortSignal }));
        const other = fateOf(credential.getToken(ARM));
        await settle(clock);
        old.abort();
        dom.abort("a reason that is no error");
        await settle(clock);
        assert.deepEqual([call.state, nameOf(call.error), other.state], ["failed", "AbortError", "waiting"], kind);
        assert.strictEqual(old.listeners.size, 0);
        answer.resolve(bearer(clock, HOUR));
        await settle(clock);
        assert.strictEqual(other.state, "given");
        assert.ok(provider.with({ scope: ARM }).peek());
      }
    });

    QUnit.test("an aborted call asks for nothing, and is given what is held", async (assert) => {
      const { credential, source, target, clock } = stage();
      const { signal: abortSignal, abort, listeners } = oldSignal();
      abort();
      const cold = fateOf(credential.getToken(ARM, { abortSignal }));
      await settle(clock);
      assert.deepEqual([nameOf(cold.error), source.calls], ["AbortError", 0]);
      const { token } = await credential.getToken(ARM);
      assert.ok(
        (await credential.getToken(ARM, { abortSignal })).token === token,
        "a client refreshes behind a request",
      );
      const challenged = fateOf(credential.getToken(ARM, { abortSignal, claims: CLAIMS }));
      await settle(clock);
      assert.strictEqual(nameOf(challenged.error), "AbortError", "but nobody held what the claims ask for");
      assert.deepEqual([target.calls, listeners.size], [1, 0]);
    });

    QUnit.test("lets go of a signal that lives on", async (assert) => {
      const { credential, target } = stage();
      const { signal: abortSignal, listeners } = oldSignal();
      for (let call = 0; call < 10; call++) await credential.getToken(ARM, { abortSignal });
      target.answer = () => {
        throw failure({ recovery: "stop" });
      };
      await errorOf(credential.getToken("other/.default", { abortSignal }));
      assert.strictEqual(listeners.size, 0);
    });

    QUnit.test("a timeout ends the wait, and 0 is none", async (assert) => {
      const { credential, target, clock } = stage();
      target.answer = () => new Promise(() => undefined);
      const call = fateOf(errorOf(credential.getToken(ARM, { requestOptions: { timeout: 700 } })));
      const patient = [0, -1, Number.NaN, undefined].map((timeout) =>
        fateOf(errorOf(credential.getToken(ARM, { requestOptions: { timeout } }))),
      );
      await clock.advance(699);
      assert.strictEqual(call.state, "waiting");
      await clock.advance(1);
      assert.strictEqual(call.value?.code, "ERR_CALL_TIMEOUT");
      await clock.advance(5 * SECOND);
      assert.ok(patient.every(({ state }) => state === "waiting"));
    });

    QUnit.test("says when the issuer advises to renew it, or else halfway to its end", async (assert) => {
      const { credential, target, clock } = stage();
      const first = await credential.getToken(ARM);
      assert.strictEqual(first.refreshAfterTimestamp, clock.now() + 30 * MINUTE);
      await clock.advance(40 * MINUTE);
      const later = await credential.getToken(ARM);
      assert.strictEqual(later.refreshAfterTimestamp, clock.now() + 10 * MINUTE);
      assert.strictEqual(later.expiresOnTimestamp, clock.now() + 20 * MINUTE);
      target.answer = () => bearer(clock, HOUR, 20 * MINUTE);
      const advised = await credential.getToken("other/.default");
      assert.strictEqual(advised.refreshAfterTimestamp, clock.now() + 20 * MINUTE);
    });

    QUnit.test("what is due for renewal is given at once while it has 5 minutes to go", async (assert) => {
      const { credential, target, clock } = stage();
      const first = await credential.getToken(ARM);
      await clock.advance(54 * MINUTE);
      target.answer = () => new Promise(() => undefined);
      const call = fateOf(credential.getToken(ARM));
      await settle(clock);
      assert.ok(call.value?.token === first.token);
      assert.strictEqual(target.calls, 2, "the new one is on its way");
    });

    QUnit.test("in its last 5 minutes a call waits for the new one, for 2 s", async (assert) => {
      const { credential, target, clock } = stage();
      const first = await credential.getToken(ARM);
      await clock.advance(55 * MINUTE);
      target.answer = async (_, { signal }) => {
        await clock.sleep(1_999, signal);
        return bearer(clock, HOUR);
      };
      const calls = Array.from({ length: 20 }, () => fateOf(credential.getToken(ARM)));
      await clock.advance(1_998);
      assert.ok(calls.every(({ state }) => state === "waiting"));
      await clock.advance(1);
      assert.ok(calls.every(({ value }) => value !== undefined && value.token !== first.token));
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("and takes the held one when none comes, for no longer than it is valid", async (assert) => {
      const { credential, target, clock } = stage({ limits: { attempts: 1 } });
      const first = await credential.getToken(ARM);
      await clock.advance(56 * MINUTE);
      target.answer = () => new Promise(() => undefined);
      const slow = fateOf(credential.getToken(ARM));
      const hasty = fateOf(credential.getToken(ARM, { requestOptions: { timeout: 300 } }));
      await clock.advance(300);
      assert.deepEqual([slow.state, hasty.value?.token === first.token], ["waiting", true]);
      await clock.advance(1_700);
      assert.ok(slow.value?.token === first.token);
      await clock.advance(MINUTE);
      target.answer = () => {
        throw failure();
      };
      assert.ok((await credential.getToken(ARM)).token === first.token, "nor when it fails");
      await clock.advance(2 * MINUTE + 52 * SECOND);
      target.answer = () => new Promise(() => undefined);
      const last = fateOf(credential.getToken(ARM));
      await clock.advance(1_999);
      assert.strictEqual(last.state, "waiting");
      await clock.advance(1);
      assert.ok(last.value?.token === first.token, "2 s inside the engine's margin too, and not twice");
    });

    QUnit.test("but nobody waits where a wait ends with its request", async (assert) => {
      const { credential, target, clock } = stage({ requestBoundIo: true });
      const first = await credential.getToken(ARM);
      await clock.advance(56 * MINUTE);
      target.answer = () => new Promise(() => undefined);
      const call = fateOf(credential.getToken(ARM));
      await settle(clock);
      assert.ok(call.value?.token === first.token);
      assert.strictEqual(target.calls, 1);
    });

    QUnit.test("what ends while a call waits is not given", async (assert) => {
      const { credential, target, clock } = stage({ limits: { marginMs: 0 } });
      await credential.getToken(ARM);
      await clock.advance(HOUR - SECOND);
      target.answer = () => new Promise(() => undefined);
      const call = fateOf(errorOf(credential.getToken(ARM)));
      await clock.advance(2 * SECOND);
      assert.strictEqual(call.value?.code, "ERR_CALL_TIMEOUT");
    });
  });
};
