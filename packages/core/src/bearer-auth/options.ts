/** Schemas that the issuers share. */
import * as v from "valibot";
import { safeUrl } from "../internal/hosts.ts";
import { textThat } from "../internal/schema.ts";

type ListSchema = v.GenericSchema<unknown, readonly string[]>;

/** One text or several, as a list of at least so many. */
export function listOf(expected: string, test = (one: string): boolean => one !== "", least = 0): ListSchema {
  const fits = (value: unknown): boolean => {
    const list = [value].flat();
    return list.length >= least && list.every((one) => typeof one === "string" && test(one));
  };
  return v.pipe(
    v.custom<string | readonly string[]>(fits, `expected ${expected}`),
    v.transform((value) => [value].flat() as readonly string[]),
  );
}

/** Whom tokens must be for. There is no default: a token for anybody else must never be good here. */
export const audience: ListSchema = listOf("an audience, or a list of them", undefined, 1);

const URL_EXPECTED = "expected an https URL (http: loopback only, with allowHttpLoopback)";

/** A URL that keys may be fetched from. */
export function url(allowHttpLoopback: boolean, test: (text: string) => boolean = () => true): v.GenericSchema<string> {
  return textThat(URL_EXPECTED, (text) => safeUrl(text, allowHttpLoopback) !== undefined && test(text));
}

/** The same without a query, a fragment or anything else that would bend a path put behind it. */
export function baseUrl(allowHttpLoopback: boolean): v.GenericSchema<string> {
  return url(allowHttpLoopback, (text) => !/[\s\\?#]/.test(text));
}
