/** Reads what a request to a vault asks for, and which permission that takes. Pure. */

/** The operations that the emulator does. */
export type SecretOperationName = "list" | "list-versions" | "get" | "set" | "delete" | "get-deleted" | "purge";

/** An operation and the secret that it is about. */
export interface SecretOperation {
  readonly kind: SecretOperationName;
  /** Empty for the list of all. */
  readonly name: string;
  /** Empty for the newest. */
  readonly version: string;
  /** The data action that allows it. */
  readonly action: string;
}

const secrets = "Microsoft.KeyVault/vaults/secrets";

/** Evidence: the provider operations of Microsoft.KeyVault. */
const actions: Readonly<Record<SecretOperationName, string>> = {
  list: `${secrets}/readMetadata/action`,
  "list-versions": `${secrets}/readMetadata/action`,
  get: `${secrets}/getSecret/action`,
  set: `${secrets}/setSecret/action`,
  delete: `${secrets}/delete`,
  "get-deleted": `${secrets}/readMetadata/action`,
  purge: `${secrets}/purge/action`,
};

const name = "([A-Za-z0-9-]{1,127})";

const routes: readonly (readonly [string, RegExp, SecretOperationName])[] = [
  ["GET", /^\/secrets$/, "list"],
  ["GET", new RegExp(`^/secrets/${name}/versions$`), "list-versions"],
  ["GET", new RegExp(`^/secrets/${name}(?:/([0-9a-f]{32}))?$`), "get"],
  ["PUT", new RegExp(`^/secrets/${name}$`), "set"],
  ["DELETE", new RegExp(`^/secrets/${name}$`), "delete"],
  ["GET", new RegExp(`^/deletedsecrets/${name}$`), "get-deleted"],
  ["DELETE", new RegExp(`^/deletedsecrets/${name}$`), "purge"],
];

/** What is asked for; undefined for what the emulator does not do. */
export function secretOperation(method: string, path: string): SecretOperation | undefined {
  for (const [verb, pattern, kind] of routes) {
    const match = verb === method ? pattern.exec(path.replace(/\/$/, "")) : null;
    if (match) return { kind, name: match[1] ?? "", version: match[2] ?? "", action: actions[kind] };
  }
  return undefined;
}
