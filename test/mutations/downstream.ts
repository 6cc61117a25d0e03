/** Breaks of what a request is, what is sent of it again, and what a failure is answered with. */
import { type Break, breaksIn } from "./break.ts";

const core = breaksIn("packages/core/src");
const head = "request-head.ts";

export const downstreamBreaks: readonly Break[] = [
  core("attached-fetch.ts", '...(!replayable && { duplex: "half" }), ', "", "Node refuses a stream"),
  core(
    "attached-fetch.ts",
    "Object(demanded) === demanded ?",
    "demanded !== undefined ?",
    "a downstream makes fetch throw",
  ),
  core(
    "attached-fetch.ts",
    'redirect === "error" && REDIRECTS.includes(first.status)',
    'redirect === "error" && first.status >= 300 && first.status < 400',
    "what is not modified is taken for a redirect",
  ),
  core("downstream.ts", "made ??= make();", "made = make();", "each source has a request made for it"),
  core(
    "problem-response.ts",
    "ERR_AUTH_FORBIDDEN: 403",
    "ERR_AUTH_FORBIDDEN: 401",
    "who may not is asked to sign in again, for ever",
  ),
  core("problem-response.ts", "(challenge ? 401 : undefined)", "undefined", "nobody asks the user"),
  core(
    "problem-response.ts",
    '...(challenge && { "www-authenticate": challenge }),',
    "",
    "the answer says nothing of the challenge",
  ),
  core(head, 'if (name.startsWith(":")) continue;', "", "a request of HTTP/2 cannot be read"),
  core(head, "|| !VALUE.test(one)", "", "a runtime's complaint shows a header"),
  core(head, "if (!METHOD.test(method)) throw", "if (!method) throw", "a runtime's complaint shows the method"),
  core(head, "/^https?:\\/\\/[^/?#@\\\\\\s]+\\/?$/.test(base)", "base", "a client chooses the path by its host"),
  core(head, "(?:[a-z][a-z\\d+.-]*:\\/\\/[^/?#]*)?([/?][^#]*)/i", "(.*)/i", "a client chooses the host by its path"),
];
