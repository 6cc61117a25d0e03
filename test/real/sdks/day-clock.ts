/**
 * A day in seconds: one clock for us, for the SDKs (which read `Date.now`) and for the emulator, over real connections. It stands
 * still while anything is on the wire, so a request takes no time, and only what waits for time lets it pass.
 */
import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import type { Platform } from "@tokenhop/core";
import { manualClock } from "@tokenhop/core/testing";
import { platform as runtime } from "./stage.ts";

/** How far the clock moves at once while somebody waits for time. */
const STEP_MS = 250;

export interface DayClock {
  now(): number;
  readonly platform: Platform;
  /** For the SDKs' clients. */
  readonly httpClient: HttpClient;
  /** Lets a call come to its end, and as much time pass as it waits for. */
  finish<T>(call: Promise<T>): Promise<T>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /** Told of each exchange before it is sent: what it is for. */
  onExchange(listener: (scope: string) => Promise<void>): void;
}

/** A pseudo-random sequence, the same in each run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Runs with `Date.now` at the clock's hands. Timers of the runtime are left alone: its connections need them. */
export async function withDayClock(
  setClock: (at: number) => Promise<void>,
  seed: number,
  work: (day: DayClock) => Promise<void>,
): Promise<void> {
  const clock = manualClock(Math.floor(Date.now() / 1000) * 1000);
  const base = runtime();
  const http = createDefaultHttpClient();
  const onWire = new Set<Promise<unknown>>();
  let told = 0;
  let listener = async (_scope: string): Promise<void> => undefined;

  /** Does something over the network, with the emulator's clock where ours is. */
  const online = async <T>(send: () => Promise<T>): Promise<T> => {
    const work = (async () => {
      if (told !== clock.now()) await setClock(clock.now());
      told = clock.now();
      return send();
    })();
    onWire.add(work);
    return work.finally(() => onWire.delete(work));
  };
  const platform: Platform = {
    ...base,
    ...{ now: clock.now, monotonic: clock.monotonic, sleep: clock.sleep, random: sequence(seed) },
    requestBoundIo: false,
    fetch: (input, init) =>
      online(async () => {
        const form = new URLSearchParams(String(init?.body ?? ""));
        if (form.has("scope")) await listener(String(form.get("scope")));
        const reply = await base.fetch(input, init);
        // The server's clock is the emulator's, the header its machine's.
        const headers = new Headers(reply.headers);
        headers.set("date", new Date(clock.now()).toUTCString());
        return new Response(await reply.text(), { status: reply.status, headers });
      }),
  };
  /** Until nothing is on the wire, and whatever comes of it needs time. */
  const settled = async (): Promise<void> => {
    do {
      while (onWire.size > 0) await Promise.allSettled(onWire);
      await clock.advance(0);
    } while (onWire.size > 0);
  };
  const realNow = Date.now;
  Date.now = clock.now;
  try {
    await work({
      now: clock.now,
      platform,
      httpClient: { sendRequest: (request) => online(() => http.sendRequest(request)) },
      async finish(call) {
        let over = false;
        const end = (): void => {
          over = true;
        };
        call.then(end, end);
        while (!over) {
          await settled();
          if (over) break;
          // An SDK's own way from one step to the next may take a turn of the event loop.
          await new Promise((resolve) => setTimeout(resolve));
          if (!over && onWire.size === 0 && clock.sleepers > 0) await clock.advance(STEP_MS);
        }
        return call;
      },
      async pass(ms) {
        for (const end = clock.now() + ms; clock.now() < end; ) {
          await settled();
          const left = end - clock.now();
          await clock.advance(clock.sleepers > 0 ? Math.min(STEP_MS, left) : left);
        }
        await settled();
      },
      onExchange(next) {
        listener = next;
      },
    });
  } finally {
    Date.now = realNow;
    await setClock(realNow());
  }
}
