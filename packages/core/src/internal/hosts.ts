/** Which hosts a token may be sent to. */

/** Hosts on which a plain connection never leaves the machine. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host name is this machine. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** The URL, if it is one that a token may be sent over: https, or http to loopback; no user name, no password. */
export function safeUrl(text: string, allowHttpLoopback: boolean): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = allowHttpLoopback && url?.protocol === "http:" && isLoopback(url.hostname);
  return url && !url.username && !url.password && (plain || url.protocol === "https:") ? url : undefined;
}

/**
 * Whether a text is a host rule: `host`, `host:port`, `*.suffix`, or `http://loopback:port`. As URLs have them: lower case, IDN as
 * punycode, without a default port; and no `*.com`.
 */
export function isHostRule(rule: string): boolean {
  if (rule.startsWith("http:")) return safeUrl(rule, true)?.origin === rule;
  const host = rule.replace(/^\*\./, "");
  const url = safeUrl(`https://${host}`, false);
  return url?.host === host && (host.includes(".") || isLoopback(url.hostname));
}

/** Whether one of the rules lets a token go to this URL. */
export function mayReceive(url: URL, rules: readonly string[]): boolean {
  if (safeUrl(url.href, true) === undefined) return false;
  return rules.some((rule) => {
    if (url.protocol === "http:") return rule === url.origin;
    return rule.startsWith("*.")
      ? url.host.endsWith(rule.slice(1)) && url.host.length >= rule.length
      : rule === url.host;
  });
}

/** Whether a URL stays on the machine or its link (169.254.0.0/16), where platforms serve metadata over plain http. */
export function isLocal(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return (
    /^https?:$/.test(protocol) &&
    !(username || password) &&
    (isLoopback(hostname) || /^169\.254(?:\.\d{1,3}){2}$/.test(hostname))
  );
}
