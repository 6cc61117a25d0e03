/** An object that fails, and how: what becomes of the documents in front of it, and of who asks for a token. */

/** What a scene does with the Worker that is its own. */
export interface Front {
  /** Status of an answer, and which call to the object its text is of. */
  get(url?: string, init?: object): Promise<string>;
  /** The code of what the entrypoint answers, or `ok`. */
  mint(): Promise<string>;
  /** The whole message of what the entrypoint answers. */
  told(): Promise<string>;
  become(behaviour: string): Promise<void>;
  /** The clock goes on. */
  later(ms: number): Promise<void>;
  calls(): Promise<number>;
  stubs(): Promise<readonly unknown[]>;
  /** What an answer says of caching. */
  age(): Promise<string>;
  /** What was printed, by all of them. */
  log(): readonly string[];
  /** Where it is served to the public. */
  readonly url: string;
}

export interface Scene {
  readonly says: string;
  /** Name and place of the object, or how long its documents may be cached. */
  readonly place?: object;
  readonly play: (front: Front) => Promise<unknown>;
  readonly expected: unknown;
}

/** What becomes of one failure: the public's answer, the entrypoint's, and how often each asked. */
const failures: Readonly<Record<string, readonly [string, number, string, number]>> = {
  "fails once, retryable": ["200 call 2", 2, "ok", 2],
  "fails once, reset": ["200 call 2", 2, "ok", 2],
  "fails once, overloaded": ["503 after 5 s", 1, "ERR_ISSUER_KEYS retry", 1],
  "fails once, and says nothing of it": ["503 after 5 s", 1, "ERR_ISSUER_KEYS retry", 1],
  "fails always, retryable": ["503 after 5 s", 2, "ERR_ISSUER_KEYS retry", 2],
  refuses: ["503 after 5 s", 1, "ERR_ISSUER_KEYS retry", 1],
};

/** What is never published. */
const nonsense: readonly string[] = [
  "speaks for another",
  "answers half",
  "answers nothing",
  "answers a text",
  "answers for no time",
  "answers no JSON",
];

export const failureScenes: readonly Scene[] = [
  ...Object.entries(failures).map(
    ([behaviour, expected]): Scene => ({
      says: `an object that ${behaviour}`,
      async play({ get, mint, become, calls, stubs }) {
        await become(behaviour);
        const [page, calledByPage] = [await get(), await calls()];
        await become(behaviour);
        const [reply, called] = [await mint(), await calls()];
        // One that has failed may fail for ever.
        return [page, calledByPage, reply, called, (await stubs()).length === called];
      },
      expected: [...expected, true],
    }),
  ),
  ...nonsense.map(
    (behaviour): Scene => ({
      says: `an object that ${behaviour}`,
      async play({ get, become, later, calls }) {
        const seen = [await get()];
        await become(behaviour);
        await later(60_000);
        return [...seen, await get(), await calls()];
      },
      expected: ["200 call 1", "200 call 1", 1],
    }),
  ),
];
