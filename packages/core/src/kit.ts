/**
 * What core checks options and replies with, for packages that stand beside it and for sources and targets of your own: one
 * error that names every problem, and never a value.
 *
 * Import from `@tokenhop/core/kit`.
 */
import * as v from "valibot";
import { isPlainError, type PlainError } from "./internal/plain-error.ts";

export { encodeBase64Url } from "./internal/base64.ts";
export { safeUrl } from "./internal/hosts.ts";
export { answered, classOf, errorFrom, type PlainError, type Refusal } from "./internal/plain-error.ts";
export { checkOptions, checkReply, exactly, flag, text, textThat } from "./internal/schema.ts";
export { callable } from "./internal/shape.ts";
export { plain } from "./internal/text.ts";

/** A plain error as it comes from elsewhere, perhaps from another version of this project: for `errorFrom`. */
export const plainErrorSchema: v.GenericSchema<unknown, PlainError> = v.custom<PlainError>(
  isPlainError,
  "expected an error in plain form",
);
