/**
 * The faults of the endpoint that gives identity tokens while the one that is held can still be exchanged: here the state is
 * that of the identity token, and the credential itself has expired.
 */
import type { Row } from "../matrix.ts";

export const identityRows: readonly Row[] = [
  // fault, state, gets, waitsMs, source, target, tells, againMs, meanwhile
  ["timeout", "stale", "new", 0, 1, 1, "ERR_STEP_TIMEOUT", 0, null],
  ["timeout", "margin", "new", 2_000, 5, 1, "ERR_STEP_TIMEOUT", 0, null],
  ["refused", "stale", "new", 0, 1, 1, "ERR_HTTP_NETWORK", 0, null],
  ["refused", "margin", "new", 2_000, 5, 1, "ERR_HTTP_NETWORK", 0, null],
  ["reset in mid-body", "stale", "new", 0, 1, 1, "ERR_HTTP_NETWORK", 0, null],
  ["reset in mid-body", "margin", "new", 2_000, 5, 1, "ERR_HTTP_NETWORK", 0, null],
  ["TLS failure", "stale", "new", 0, 1, 1, "ERR_HTTP_NETWORK", 0, null],
  ["TLS failure", "margin", "new", 2_000, 5, 1, "ERR_HTTP_NETWORK", 0, null],
  ["429", "stale", "new", 0, 1, 1, "ERR_SOURCE_FAILED", 0, null],
  ["429", "margin", "new", 2_000, 5, 1, "ERR_SOURCE_FAILED", 0, null],
  ["429 with seconds", "stale", "new", 0, 1, 1, "ERR_SOURCE_FAILED", 0, null],
  ["429 with seconds", "margin", "new", 2_000, 5, 1, "ERR_SOURCE_FAILED", 0, null],
  ["429 with a date", "stale", "new", 0, 1, 1, "ERR_SOURCE_FAILED", 0, null],
  ["429 with a date", "margin", "new", 2_000, 3, 1, "ERR_SOURCE_FAILED", 0, null],
  ["500", "stale", "new", 0, 1, 1, "ERR_SOURCE_FAILED", 0, null],
  ["500", "margin", "new", 2_000, 5, 1, "ERR_SOURCE_FAILED", 0, null],
  ["502 with a page", "stale", "new", 0, 1, 1, "ERR_SOURCE_FAILED", 0, null],
  ["502 with a page", "margin", "new", 2_000, 5, 1, "ERR_SOURCE_FAILED", 0, null],
  ["503", "stale", "new", 0, 1, 1, "ERR_SOURCE_FAILED", 0, null],
  ["503", "margin", "new", 2_000, 5, 1, "ERR_SOURCE_FAILED", 0, null],
  ["200 with a page", "stale", "new", 0, 1, 1, "ERR_SOURCE_REPLY", 0, null],
  ["200 with a page", "margin", "new", 2_000, 5, 1, "ERR_SOURCE_REPLY", 0, null],
  ["truncated JSON", "stale", "new", 0, 1, 1, "ERR_SOURCE_REPLY", 0, null],
  ["truncated JSON", "margin", "new", 2_000, 5, 1, "ERR_SOURCE_REPLY", 0, null],
  ["10 MB", "stale", "new", 0, 1, 1, "ERR_HTTP_TOO_LARGE", 0, null],
  ["10 MB", "margin", "new", 2_000, 5, 1, "ERR_HTTP_TOO_LARGE", 0, null],
  ["wrong types", "stale", "new", 0, 1, 1, "ERR_SOURCE_REPLY", 0, null],
  ["wrong types", "margin", "new", 2_000, 5, 1, "ERR_SOURCE_REPLY", 0, null],
  ["no expiry", "stale", "new", 0, 1, 1, null, 0, null],
  ["no expiry", "margin", "new", 0, 1, 1, null, 0, null],
  ["expired on arrival", "stale", "new", 0, 1, 1, "ERR_CREDENTIAL_EXPIRED", 0, null],
  ["expired on arrival", "margin", "new", 2_000, 5, 1, "ERR_CREDENTIAL_EXPIRED", 0, null],
  ["redirect", "stale", "new", 0, 1, 1, "ERR_HTTP_REDIRECT", 0, null],
  ["redirect", "margin", "new", 0, 1, 1, "ERR_HTTP_REDIRECT", 0, null],
  ["slow drip", "stale", "new", 0, 1, 1, "ERR_STEP_TIMEOUT", 0, null],
  ["slow drip", "margin", "new", 2_000, 5, 1, "ERR_STEP_TIMEOUT", 0, null],
];
