/** Breaks of the sources that are metadata services of clouds, and of `auto`. */
import { breaksIn } from "./break.ts";

const gcp = "sources/gcp-metadata.ts";
const account = "sources/gcp-service-account.ts";
const arc = "sources/azure-arc.ts";
const ml = "sources/azure-ml.ts";
const shell = "sources/cloud-shell.ts";
const fabric = "sources/service-fabric.ts";
const managed = "sources/managed-identity.ts";
const shared = "internal/managed-identity.ts";
const google = "internal/google.ts";
const given = "internal/given.ts";
const exchange = "internal/gcp.ts";
const auto = "auto.ts";
const probe = "internal/metadata-probe.ts";
const proxy = "internal/no-proxy.ts";
const at = breaksIn("packages/core/src");

export const cloudSourcesBreaks = [
  at(google, 'headers.get("metadata-flavor") === "Google"', "headers !== undefined", "any server is Google's"),
  at(google, "plain(status, sent)", "status", "Google's word for a refusal shows the access token"),
  at(gcp, "if (!isGoogleMetadata(reply) &&", "if (false &&", "a token of whoever answers is believed"),
  at(gcp, "isLocal(text) ||", "true ||", "a variable sends for a token of anybody's"),
  at(gcp, "!url.username && !url.password", "true", "a host with a user name in it is Google's"),
  at(gcp, '["GCE_METADATA_IP", "GCE_METADATA_HOST"]', '["GCE_METADATA_HOST"]', "the address of the server is not read"),
  at(gcp, 'url.searchParams.set("format", "full");', "", "the token does not say whose it is"),
  at(gcp, "if (licenses)", "if (!licenses)", "licences are named to everybody but who wants them"),
  at(gcp, ' || env[DETECTION] === "assume-present"', "", "what Google's libraries are told is not heard"),
  at(gcp, "identity: [NAME, serviceAccount, licenses]", "identity: [NAME]", "two service accounts share one token"),
  at(gcp, "exp && localTime(exp, reply.headers, platform)", "exp", "a wrong clock stretches a token's life"),
  at(account, "from.identity, ", "", "two callers of Google's share one token"),
  at(account, "...standingFor(from),", "", "two users share one token of Google's"),
  at(
    account,
    "return endingWith(from, credential, token);",
    "return token;",
    "a user's token outlives the user's request",
  ),
  at(account, 'status === 401 && from.invalidate(credential, "unauthorized")', "false", "a revoked access token stays"),
  at(
    account,
    "error !== undefined && (status === 403",
    "(status === 403",
    "a proxy's page is taken for a new role's lag",
  ),
  at(account, "status === 403 || status === 404", "status === 404", "a role that was just given ends every caller"),
  at(exchange, "{ delegates: delegates.map(resourceOf) }", "{ delegates }", "Google does not know the delegates"),
  at(
    account,
    "Object.freeze([...(config.delegates ?? [])])",
    "config.delegates ?? []",
    "a list that grows later names whom nobody chose",
  ),
  at(account, "endpoint(allowHttpLoopback)", "endpoint(true)", "an access token goes over plain http"),
  at(given, "provider.get({ signal, request })", "provider.get({ request })", "a caller's end is not the provider's"),
  at(given, "provider.get({ signal, request })", "provider.get({ signal })", "a provider does not see the request"),
  at(given, "throw finished(error);", "throw error;", "retries of two engines multiply"),
  at(given, " && Array.isArray(identity)", "", "two providers without an identity share one token"),
  at(given, "[get, peek, view]", "[get]", "a map is a provider"),
  at(given, "!provider.perRequest || ", "", "a token ends with a credential that is renewed"),
  at(
    arc,
    "if (!path?.startsWith(directory)) return undefined;",
    "",
    "the agent's challenge can name a file of any directory",
  ),
  at(arc, "[\\w-][\\w.-]*\\.key$/", "[\\w-].*\\.key$/", "the agent's challenge can name a file above the keys"),
  at(arc, "\\.key$/", "$/", "the agent's challenge can name what is no key"),
  at(arc, "ProgramData ? ProgramData + WINDOWS_KEYS : KEYS", "KEYS", "there is no Arc on Windows"),
  at(arc, "length > MAX_KEY_BYTES", "length > 2 * MAX_KEY_BYTES", "a file is sent that is larger than any key"),
  at(arc, "!/^[ -~]+$/.test(key)", "false", "what is in the file breaks out of the header"),
  at(arc, "const key = text.trim();", "const key = text;", "the line end of the file is a part of the key"),
  at(
    arc,
    "key = await keyFor(reply, platform);\n        signal.throwIfAborted();",
    "key = await keyFor(reply, platform);",
    "the key is sent for nobody",
  ),
  at(
    arc,
    "managedToken(NAME, reply, platform, key)",
    "managedToken(NAME, reply, platform)",
    "an agent that echoes the key brings it into a message",
  ),
  at(arc, "mustBeWanted(reply);", "", "an old agent's own identity is taken for the wanted one"),
  at(arc, "told.msi_res_id ?? told.mi_res_id", "told.msi_res_id", "an identity that is named the other way is refused"),
  at(arc, "assumePresent && !env.IDENTITY_ENDPOINT", "assumePresent", "the option goes before the variables"),
  at(
    arc,
    'if (!platform.readTextFile) missing.push("a runtime that can read files");',
    "",
    "Arc is found where no key can be read",
  ),
  at(
    ml,
    "clientid: clientId ?? DEFAULT_IDENTITY_CLIENT_ID",
    "clientid: clientId",
    "the compute's own identity is not asked for",
  ),
  at(ml, "identity: [NAME, clientId]", "identity: [NAME]", "two identities share one token"),
  at(shell, "if (env.MSI_SECRET) missing.push", "if (false) missing.push", "Machine Learning is taken for Cloud Shell"),
  at(
    shell,
    'missingEndpoint(env, "MSI_ENDPOINT", "it is asked over plain http")',
    "[]",
    "a shell's token is asked for anywhere",
  ),
  at(fabric, "withFetch(context, fetch)", "context", "the header goes to whichever certificate"),
  at(fabric, "!safeUrl(env.IDENTITY_ENDPOINT, false)", "false", "the header goes over plain http"),
  at(fabric, "identity: [NAME, fetch]", "identity: [NAME]", "what one fetch got is another's"),
  at(managed, "if (env.IDENTITY_SERVER_THUMBPRINT)", "if (false)", "Service Fabric is taken for App Service"),
  at(shared, "< MAX_SECONDS * 1000", "!== 0", "a token has no end that a date can hold"),
  at(shared, "Math.abs(Number(value)) < MAX_SECONDS", "true", "a token lives for more than ever"),
  at(
    auto,
    "for (const [probe, sourceOf] of allowProbes ? probesFor(platform) : [])",
    "for (const [probe, sourceOf] of probesFor(platform))",
    "the network is asked without leave",
  ),
  at(
    auto,
    "[[googleProbe, () => gcpMetadata()], azure]",
    "[azure, [googleProbe, () => gcpMetadata()]]",
    "Google's machines are asked as if they were Azure's",
  ),
  at(auto, 'env.METADATA_SERVER_DETECTION === "none"', "false", "Google's is asked where nobody is to ask it"),
  at(probe, "return status === 400 &&", "return true ||", "AWS, or a hotel, is taken for Azure"),
  at(probe, '&& (error === "invalid_request" || error === "bad_request_102")', "", "a proxy is taken for Azure"),
  at(probe, "answers: isGoogleMetadata", "answers: () => true", "whoever answers is taken for Google"),
  at(
    probe,
    "() => over.abort(),\n    () => undefined,",
    "() => undefined,\n    () => undefined,",
    "a probe without an answer lasts as long as the caller",
  ),
  at(probe, 'signal.addEventListener("abort", stop, { once: true });', "", "a probe outlives its caller"),
  at(auto, "signal.throwIfAborted();\n      // Another", "// Another", "the next is asked for nobody"),
  at(auto, "if (jobless.length > 0) return jobless;", "", "a job without its token acts as its machine"),
  at(auto, "? lacking(ofPlaces, platform) : []", "? [] : []", "a platform that is refused becomes another by a probe"),
  at(auto, "if (missingDirectWay(probe.url, platform).length > 0) continue;", "", "a probe goes to a proxy"),
  at(proxy, '["http_proxy", "HTTP_PROXY"]', '["HTTP_PROXY"]', "the other spelling sends the header to a proxy"),
  at(proxy, "host.endsWith(`.${", "host.endsWith(`${", "half a label takes a host from the proxy"),
  at(proxy, "lists.every(", "lists.some(", "the list that the runtime does not read counts"),
  at(managed, "mustGoDirectly(NAME, url, platform);", "", "the identity header is read by a proxy"),
  at(arc, "mustGoDirectly(NAME, url, platform);", "", "the agent's key is read by a proxy"),
  at(ml, "mustGoDirectly(NAME, url, platform);", "", "the secret is read by a proxy"),
  at(shell, "mustGoDirectly(NAME, endpoint, platform);", "", "the token is read by a proxy"),
  at(gcp, "mustGoDirectly(NAME, url, platform);", "", "the token is read by a proxy"),
  at(gcp, 'env[DETECTION] === "none"', "false", "Google's server is found where nobody is to ask it"),
  at(gcp, "&& !isTransient(reply.status)", "&& reply.status === 200", "a stranger's refusal is Google's"),
  at(auto, "if (before) return before;", "", "the choice does not stay"),
  at(
    auto,
    "perRequest ? vercel() : outsideRequests,",
    "vercel(),",
    "a header of anybody's makes credentials of their own",
  ),
  at(auto, '[githubActions(), "GITHUB_ACTIONS"', '[gitlabCi(), "GITHUB_ACTIONS"', "a GitHub job is not found"),
  at(
    auto,
    "    [kubernetes(), ",
    '    [awsWebIdentity(), ""],\n    [kubernetes(), ',
    "a pod's identity is another than is documented",
  ),
  at(
    auto,
    "    [\n      managedIdentity(),",
    "    [azureMl()],\n    [\n      managedIdentity(),",
    "App Service is taken for Machine Learning",
  ),
  at(auto, "return allowProbes ? { found: true } :", "return", "with probes it is never chosen by firstOf"),
  at(
    auto,
    "identity: [NAME, allowProbes, known.identity]",
    "identity: [NAME]",
    "what was found by asking is given to who must not ask",
  ),
];
