/** What an emergency does to the ring. */
import { TokenError } from "@tokenhop/core";
import { plain } from "@tokenhop/core/kit";
import { dropKeys, signingKey } from "./rotation.ts";
import type { KeyTimes, WhichKeys } from "./types.ts";

/** An emergency under way. */
export interface Dropping {
  /** The key ids that it is about, as far as they are known by now. */
  readonly about: ReadonlySet<string>;
  /**
   * What it leaves, of whichever version of the ring it is shown. Throws for a key id that is not there, unless it is known to
   * have been.
   */
  left<K extends KeyTimes>(keys: readonly K[], now: number, wasThere: (kid: string) => boolean): readonly K[];
}

function cannotDrop(why: string): TokenError {
  return new TokenError(`Cannot drop keys: ${why}`, { code: "ERR_ISSUER_REFUSED" });
}

/** A key id as it is, for whoever looks for the slip of the pen in it. Anything else is a stranger's text. */
const shown = (kid: string): string => (/^[\w-]{43}$/.test(kid) ? kid : plain(kid));

/**
 * Begins to drop keys.
 *
 * @throws {TokenError} `ERR_ISSUER_REFUSED` for anything but what is allowed.
 */
export function dropping(which: WhichKeys): Dropping {
  let kids: readonly string[] | undefined;
  if (typeof which !== "string") {
    kids = Array.isArray(which) ? [...which] : [];
    if (kids.length === 0) throw cannotDrop("expected at least one key id");
  } else if (which !== "all" && which !== "signing") {
    throw cannotDrop('expected "all", "signing" or a list of key ids');
  }
  const about = new Set(kids);
  let settled = false;
  return {
    about,
    left(keys, now, wasThere) {
      // A slip of the pen must not pass for an emergency that is over. When somebody came between, one may be gone already.
      const isUnknown = (kid: string): boolean => !(wasThere(kid) || keys.some((key) => key.kid === kid));
      const unknown = settled ? undefined : kids?.find(isUnknown);
      if (unknown !== undefined) throw cannotDrop(`there is none with the id ${shown(String(unknown))}`);
      settled = true;
      // The one that signs now: not the one that takes over when somebody else drops it at the same time.
      if (which === "signing") kids ??= [signingKey(keys, now)?.kid ?? ""];
      const left = dropKeys(keys, kids ?? "all", now);
      for (const key of keys) if (!left.includes(key)) about.add(key.kid);
      return left;
    },
  };
}
