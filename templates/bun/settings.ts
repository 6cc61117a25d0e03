/** The four values of settings.env, checked before anything starts. */
import { ConfigError } from "@tokenhop/core";

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

type Name = "ISSUER" | "TENANT_ID" | "CLIENT_ID" | "RESOURCE_GROUP_ID";

const expected: Readonly<Record<Name, readonly [RegExp, string]>> = {
  // As the federated credential has it, to the letter. No name below .example can exist.
  ISSUER: [/^https:\/\/(?!.*\.example$)[a-z\d.-]+$/, "https:// and a host name, with nothing behind it"],
  TENANT_ID: [GUID, "the id of your tenant"],
  CLIENT_ID: [GUID, "the client id of the managed identity"],
  RESOURCE_GROUP_ID: [
    /^\/subscriptions\/[\da-f-]{36}\/resourceGroups\/[\w.()-]+$/i,
    "/subscriptions/SUBSCRIPTION-ID/resourceGroups/NAME",
  ],
};

/** @throws {ConfigError} that names what is not edited yet, or cannot be right. */
export function settingsFrom(read: (name: Name) => string | undefined): Readonly<Record<Name, string>> {
  const names = Object.keys(expected) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, read(name) ?? ""])) as Record<Name, string>;
  const wrong = names.filter((name) => !expected[name][0].test(values[name]));
  if (wrong.length > 0) {
    const problems = wrong.map((name) => `${name}: expected ${expected[name][1]}`);
    throw new ConfigError("settings.env", problems);
  }
  return values;
}
