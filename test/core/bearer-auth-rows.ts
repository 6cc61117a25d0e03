/** The table of hostile tokens. Each must be refused, for this reason and no other. */
import type { Row } from "./bearer-auth-forge.ts";
import { claimRows } from "./bearer-auth-rows-claims.ts";
import { formRows } from "./bearer-auth-rows-form.ts";
import { keyRows } from "./bearer-auth-rows-keys.ts";
import { requestRows } from "./bearer-auth-rows-request.ts";

export const rows: readonly Row[] = [...requestRows, ...formRows, ...claimRows, ...keyRows];
