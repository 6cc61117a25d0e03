/** How servers say how long something lasts, read strictly: a wrong end is worse than none. */
import * as v from "valibot";

const SECONDS = /^-?\d{1,10}(?:\.\d{1,9})?$/;
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * A lifetime in seconds: a number, or a text of one. With more than ten digits before the point its end would be on no calendar.
 */
export const lifetimeSeconds: v.GenericSchema<string | number> = v.custom<string | number>(
  (value) => (typeof value === "number" || typeof value === "string") && SECONDS.test(String(value)),
  "expected a number of seconds",
);

/**
 * An instant of RFC 3339 in epoch ms; undefined for anything else. `Date.parse` takes one without a zone for local time, and
 * runtimes do not agree on the 30th of February.
 */
export function instant(value: unknown): number | undefined {
  const found = typeof value === "string" && RFC_3339.exec(value);
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const [fraction = "0", sign = "+", zoneHours = "0", zoneMinutes = "0"] = found.slice(7);
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const isDay = midnight.toISOString().startsWith((found[0] as string).slice(0, 10));
  // The 60th second is a leap second's.
  const isTime = hour < 24 && minute < 60 && second <= 60 && Number(zoneHours) < 24 && Number(zoneMinutes) < 60;
  if (!isDay || !isTime) return undefined;
  const zone = Number(`${sign}1`) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  return (
    midnight.getTime() +
    ((hour * 60 + minute - zone) * 60 + second) * 1_000 +
    Math.trunc(Number(`0.${fraction}`) * 1_000)
  );
}
