/** What sources have in common whose platform puts the token into an environment variable. */
import type * as v from "valibot";
import type { IdentitySource, Provenance } from "../types.ts";
import { like } from "./schema.ts";
import { detected, foundToken, mustBeFor, mustBeFound } from "./source.ts";

/** The name of a variable. A token that was given in its place is none: it would stand in messages. So no token's beginning is. */
export const variableName: v.GenericSchema<string> = like(
  /^(?!gh[a-z]_|github_pat_|glpat|eyJ)[A-Za-z_]\w{0,63}$/,
  "expected the name of a variable",
);

/** A source of this kind. */
export interface VariableSource {
  readonly name: string;
  readonly provenance: Provenance;
  /** Holds the token. */
  readonly variable: string;
  /** Another variable, by which the platform is known where the name of the first is anybody's choice. */
  readonly mark?: string;
  /** What makes the platform set the variable, named with it where it is missing. */
  readonly setting?: string;
  /** When the platform makes the token, for the message about one that is over. */
  readonly made?: string;
  /** What to do about a token for another audience than this. Without it the audience is not looked at. */
  fix?(audience: string): string;
}

/** Reads the variable anew at each ask. */
export function variableSource(options: VariableSource): IdentitySource {
  const { name, provenance, variable, mark, setting, made, fix } = options;
  const source: IdentitySource = {
    name,
    identity: [name, variable],
    provenance,
    detect({ env }) {
      const missing = [mark, variable].filter((one) => one !== undefined && !env[one]?.trim()) as string[];
      if (setting && missing.includes(variable)) missing.push(setting);
      return detected(missing);
    },
    async getToken({ audience }, { platform, signal }) {
      mustBeFound(name, source.detect(platform), signal);
      const place = made ? `${variable} (made ${made})` : variable;
      const found = foundToken(name, platform.env[variable], place, platform);
      if (fix) mustBeFor(name, found, audience, variable, fix(audience));
      return found;
    },
  };
  return source;
}
