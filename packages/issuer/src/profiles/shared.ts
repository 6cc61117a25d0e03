/** What the profiles have in common. */
import * as v from "valibot";

/** One audience or several, for a verifier that takes more than one. */
export const oneOrSeveral: v.GenericSchema<unknown, readonly string[]> = v.pipe(
  v.custom<string | readonly string[]>((value) => {
    const list = [value].flat();
    return list.length > 0 && list.every((one) => typeof one === "string" && one !== "");
  }, "expected one text or several"),
  v.transform((value) => [value].flat() as readonly string[]),
);

/** What is wrong when these audiences are not among the issuer's. */
export function missing(wanted: readonly string[], has: readonly string[]): string[] {
  return wanted
    .filter((audience) => !has.includes(audience))
    .map((audience) => `audiences: expected ${audience} among them`);
}

/** What is wrong with texts that are longer than a verifier can be told. */
export function tooLong(option: string, texts: readonly string[], most: number, unit = "characters"): string[] {
  const lengthOf = (one: string): number => (unit === "bytes" ? new TextEncoder().encode(one).length : one.length);
  return texts.some((one) => lengthOf(one) > most) ? [`${option}: expected at most ${most} ${unit}`] : [];
}
