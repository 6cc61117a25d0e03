/** What the server's own log must say of each fault, by hand: a fault that was never made proves nothing. */
import type { Entry, Fault } from "./protocol.ts";

/** Of every request that got to the endpoint; null where none may get there. */
export type Evidence = Pick<Entry, "status" | "end" | "hanging"> | null;

const whole = (status: number): Evidence => ({ status, end: "finished", hanging: false });

export const evidence: Readonly<Record<Fault, Evidence>> = {
  timeout: { end: "left", hanging: true },
  refused: null,
  "reset in mid-body": { status: 200, end: "reset", hanging: false },
  "TLS failure": null,
  "429": whole(429),
  "429 with seconds": whole(429),
  "429 with a date": whole(429),
  "500": whole(500),
  "502 with a page": whole(502),
  "503": whole(503),
  "200 with a page": whole(200),
  "truncated JSON": whole(200),
  // Nobody takes it to its end.
  "10 MB": { status: 200, end: "left", hanging: false },
  "wrong types": whole(200),
  "no expiry": whole(200),
  "expired on arrival": whole(200),
  redirect: whole(307),
  "slow drip": { status: 200, end: "left", hanging: true },
};
