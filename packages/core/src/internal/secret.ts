import type { Secret } from "../types.ts";

/** What stands in the place of a text that must not leak. */
export const REDACTED = "[redacted]";

class SecretText implements Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  // Node, Bun and Deno ask for this one when they print a value.
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/**
 * Wraps a text so that printing, inspecting and serialising it give `[redacted]`.
 *
 * @example
 * ```ts
 * import { secret } from "@tokenhop/core";
 *
 * const token = secret("a token");
 * console.log(`${token}`, JSON.stringify({ token }), token.reveal().length);
 * ```
 */
export function secret(text: string): Secret {
  return new SecretText(text);
}
