/** A file of its own: what has a name, and nothing else of a user's to check, is not to carry the checks of `shape.ts`. */
import type * as v from "valibot";
import { like } from "./schema.ts";

/** What a source or target is called: as its file would be. */
export const kebabName: v.GenericSchema<string> = like(/^[a-z][a-z\d]*(-[a-z\d]+)*$/, "expected a name in kebab-case");
