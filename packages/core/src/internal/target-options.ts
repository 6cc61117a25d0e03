/** Checks of options that targets have in common. */
import * as v from "valibot";
import { isHostRule, safeUrl } from "./hosts.ts";
import { textThat } from "./schema.ts";

/** A list, or none, of such texts. */
export function listOf(what: string, test: (one: string) => boolean): v.GenericSchema<string[] | undefined> {
  return v.optional(
    v.custom<string[]>(
      (list) => Array.isArray(list) && list.every((one) => typeof one === "string" && test(one)),
      `expected a list of ${what}`,
    ),
  );
}

/** Hosts that may be sent the credential. */
export const hostList: v.GenericSchema<string[] | undefined> = listOf(
  "host, host:port or *.suffix, in lower case",
  isHostRule,
);

/**
 * Where a token is sent to: https, or http to loopback behind the option that says so.
 *
 * @param query Whether it is a whole URL, which may have a query, and not the beginning of one.
 */
export function endpoint(allowHttpLoopback: unknown, query = false): v.GenericSchema<string> {
  return textThat(
    "expected an https URL (http: loopback only, with allowHttpLoopback)",
    (value) =>
      !/[\s\\#"]/.test(value) &&
      (query || !value.includes("?")) &&
      safeUrl(value, allowHttpLoopback === true) !== undefined,
  );
}

/** A duration within bounds, both included. */
export function msBetween(least: number, most: number): v.GenericSchema<number> {
  return v.custom<number>(
    (value) => typeof value === "number" && value >= least && value <= most,
    `expected ${least} to ${most} ms`,
  );
}
