/** Which object is asked: its stub, its name and its place. */
import type { Scene } from "./documents-failures.ts";

export const placeScenes: readonly Scene[] = [
  {
    says: "each question is put to a fresh stub, of the object called issuer",
    async play({ get, mint, stubs }) {
      return [await get(), await mint(), await mint(), await stubs()];
    },
    expected: [
      "200 call 1",
      "ok",
      "ok",
      [
        ["issuer", "no options"],
        ["issuer", "no options"],
        ["issuer", "no options"],
      ],
    ],
  },
  {
    says: "its name and place can be given",
    place: { name: "keys-of-2026", locationHint: "weur" },
    async play({ get, mint, stubs }) {
      return [await get(), await mint(), await stubs()];
    },
    expected: [
      "200 call 1",
      "ok",
      [
        ["keys-of-2026", { locationHint: "weur" }],
        ["keys-of-2026", { locationHint: "weur" }],
      ],
    ],
  },
  {
    says: "a wrong name or place is a mistake, and the object is not asked",
    place: { name: "", locationHint: "mars", shards: 3 },
    async play({ get, mint, calls }) {
      return [await get(), await mint(), await calls()];
    },
    expected: [
      "ConfigError: Cannot use issuerHandler(): name: expected a text that is not empty; locationHint: expected one of wnam, enam, sam, weur, eeur, apac, oc, afr, me; shards: unknown option (ERR_CONFIG_INVALID, https://github.com/tokenhop/tokenhop/blob/main/docs/errors.md#err_config_invalid)",
      "ERR_CONFIG_INVALID stop",
      0,
    ],
  },
];
