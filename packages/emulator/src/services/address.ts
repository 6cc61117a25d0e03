/**
 * Services whose every resource has a host name of its own. On the emulator's own origin such a resource is found below the path
 * that its host name makes: `https://localhost:PORT/demostorage.blob.core.windows.net/container/blob`. Pure.
 */

/** A service that is found by its resources' hosts. */
export type ServiceName =
  | "blob"
  | "key-vault"
  | "openai"
  | "aws-sts"
  | "aws-s3"
  | "aws-issuer"
  | "google-apis"
  | "google-accounts";

const hosts: Readonly<Record<ServiceName, RegExp>> = {
  blob: /^([a-z0-9]{3,24})\.blob\.core\.windows\.net$/,
  "key-vault": /^([a-z0-9-]{3,24})\.vault\.azure\.net$/,
  openai: /^([a-z0-9-]{2,64})\.(?:openai|cognitiveservices)\.azure\.com$/,
  // Of these the name is all before the common end: a region, and a bucket.
  "aws-sts": /^(sts(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?)\.amazonaws\.com$/,
  "aws-s3": /^((?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.)?s3(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?)\.amazonaws\.com$/,
  "aws-issuer": /^([0-9a-f-]{36})\.tokens\.sts\.global\.api\.aws$/,
  "google-apis": /^(www|sts|iamcredentials|storage)\.googleapis\.com$/,
  "google-accounts": /^(accounts)\.google\.com$/,
};

/** Which resource a URL is of, and what of it. */
export interface ServiceAddress {
  readonly service: ServiceName;
  /** The resource's name, which is the first label of its host. */
  readonly name: string;
  /** The host that it has in its cloud. */
  readonly host: string;
  /** What is asked of it, still encoded; begins with a slash. */
  readonly path: string;
  /** Where it was found, without a slash at the end: links into it begin with this. */
  readonly base: string;
}

/** Reads a URL of either form. */
export function serviceAddress({ origin, hostname, pathname }: URL): ServiceAddress | undefined {
  const asked = addressAt(hostname, pathname, origin);
  if (asked) return asked;
  const [, first = "", rest = ""] = /^\/([^/]+)(.*)$/s.exec(pathname) ?? [];
  return addressAt(first.toLowerCase(), rest || "/", `${origin}/${first}`);
}

/** Whether a host (perhaps with a port) is one of these services'. */
export function isServiceHost(host: string): boolean {
  return addressAt(host.replace(/:\d+$/, ""), "/", "") !== undefined;
}

/** The path that the router shall see. No URL has it, since angle brackets are encoded there. */
export function servicePath(service: ServiceName): string {
  return `/<${service}>`;
}

function addressAt(host: string, path: string, base: string): ServiceAddress | undefined {
  for (const [service, pattern] of Object.entries(hosts) as [ServiceName, RegExp][]) {
    const name = pattern.exec(host)?.[1];
    if (name !== undefined) return { service, name, host, path, base };
  }
  return undefined;
}
