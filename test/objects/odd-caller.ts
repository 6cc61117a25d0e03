/** A Worker that is bound to an issuer, and asks it with what JSON cannot carry. */
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { AUDIENCE, BILLS } from "./issuer-names.ts";

/** What passes through RPC as a reference: its properties are asked for one by one, and may answer differently each time. */
class Target extends RpcTarget {
  #asked = 0;
  get audience(): string {
    this.#asked += 1;
    return this.#asked > 1 ? "https://elsewhere.example" : AUDIENCE;
  }
  get subject(): string {
    return BILLS.subject;
  }
}

class Question {
  readonly audience = AUDIENCE;
}

const cyclic: Record<string, unknown> = { audience: AUDIENCE };
cyclic.self = cyclic;

/** Each makes the arguments of a call. */
export const odd: Readonly<Record<string, () => readonly unknown[]>> = {
  "a function": () => [() => ({ audience: AUDIENCE })],
  "a target": () => [new Target()],
  "a target as audience": () => [{ audience: new Target() }],
  "a function as audience": () => [{ audience: () => AUDIENCE }],
  "an instance of a class": () => [new Question()],
  "a String": () => [{ audience: new String(AUDIENCE) }],
  "a Map": () => [new Map([["audience", AUDIENCE]])],
  "an array with a property": () => [Object.assign([AUDIENCE], { audience: AUDIENCE })],
  "a Date with a property": () => [Object.assign(new Date(), { audience: AUDIENCE })],
  "an Error with a property": () => [Object.assign(new Error("no"), { audience: AUDIENCE })],
  bytes: () => [new TextEncoder().encode(AUDIENCE)],
  "a BigInt": () => [{ audience: 1n }],
  "a symbol's property": () => [{ audience: AUDIENCE, [Symbol.for("subject")]: BILLS.subject }],
  "a property that is not enumerable": () => [
    Object.defineProperty({ audience: AUDIENCE }, "subject", { value: BILLS.subject }),
  ],
  "an inherited property": () => [Object.assign(Object.create({ subject: BILLS.subject }), { audience: AUDIENCE })],
  "a property called __proto__": () => [
    JSON.parse(`{"audience":"${AUDIENCE}","__proto__":{"subject":"${BILLS.subject}"}}`),
  ],
  "a getter": () => [
    {
      get audience() {
        return AUDIENCE;
      },
    },
  ],
  "a cycle": () => [cyclic],
  "undefined beside it": () => [{ audience: AUDIENCE, subject: undefined }],
  "a megabyte": () => [{ audience: "a".repeat(1_000_000) }],
  "a request": () => [new Request("https://elsewhere.example")],
  "a response": () => [new Response(AUDIENCE)],
  headers: () => [new Headers({ audience: AUDIENCE })],
  "a stream": () => [new Blob([AUDIENCE]).stream()],
  "many arguments": () => [
    { audience: AUDIENCE },
    BILLS,
    { props: BILLS },
    ...Array.from({ length: 100 }, () => BILLS),
  ],
};

/** Asks by the binding ORDERS. */
export class Odd extends WorkerEntrypoint<{
  readonly ORDERS: { mint(...given: readonly unknown[]): Promise<unknown> };
}> {
  async ask(name: string): Promise<unknown> {
    const reply = await this.env.ORDERS.mint(...(odd[name]?.() ?? []));
    return structuredClone(reply);
  }
}
