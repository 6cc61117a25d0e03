/**
 * Metadata over plain http that a proxy would read. Which runtime asks a proxy is seen by its globals, which are read here as they
 * are in `platform.ts`.
 */
import type { Platform } from "../types.ts";
import { unavailable } from "./source.ts";

interface Globals {
  readonly Bun?: unknown;
  readonly Deno?: unknown;
}

/** The variable that sends plain http to a proxy, if this runtime looks at it: Bun and Deno always, Node where it is told to. */
function proxyVariable(env: Platform["env"]): string | undefined {
  const { Bun, Deno } = globalThis as Globals;
  const names = ["http_proxy", "HTTP_PROXY"];
  if (Bun || Deno) names.push("all_proxy", "ALL_PROXY");
  else if (env.NODE_USE_ENV_PROXY !== "1" && !env.NODE_OPTIONS?.includes("--use-env-proxy")) return undefined;
  return names.find((name) => env[name]);
}

/** Whether such a list has the host, in the one of its dialects that all runtimes read alike: a name, a suffix of one, or `*`. */
function covers(list: string, host: string): boolean {
  const isAddress = /^[\d.]+$|:/.test(host);
  return list.split(/[\s,]+/).some((entry) => {
    const one = entry.toLowerCase().replace(/^\[(.*)\]$/, "$1");
    // Deno's covers no address.
    if (one === "*") return !(isAddress && (globalThis as Globals).Deno);
    return one === host || (!isAddress && one !== "" && host.endsWith(`.${one.replace(/^\./, "")}`));
  });
}

/** What is missing for a request by plain http that no proxy reads, as far as variables say. */
export function missingDirectWay(url: string | URL, { env }: Platform): readonly string[] {
  const { protocol, hostname } = new URL(url);
  const variable = proxyVariable(env);
  if (protocol !== "http:" || !variable) return [];
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  // Runtimes read one of the two, and not all of them the same one.
  const lists = [env.no_proxy, env.NO_PROXY].filter((list) => list !== undefined);
  return lists.length > 0 && lists.every((list) => covers(list, host))
    ? []
    : [`NO_PROXY with ${host} (${variable} would send the request, and the token, through a proxy in clear text)`];
}

/** Goes on only where no proxy reads what is sent. */
export function mustGoDirectly(step: string, url: string | URL, platform: Platform): void {
  const [missing] = missingDirectWay(url, platform);
  if (missing) throw unavailable(step, `missing ${missing}`);
}
