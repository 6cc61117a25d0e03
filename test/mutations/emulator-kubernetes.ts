/** Breaks of the emulator's Kubernetes API server: each would let something pass that a real one refuses. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/emulator/src/kubernetes");

export const emulatorKubernetesBreaks: readonly Break[] = [
  at(
    "token.ts",
    "if (!apiAudiences(world.config).some((one) => audiences.includes(one))) return undefined;",
    "",
    "a token for a cloud opens the API server",
  ),
  at("token.ts", "(claims.exp ?? 0) <= now", "false", "a token that ended opens the API server"),
  at("token.ts", "aud: [...audiences],", 'aud: audiences.join(" "),', "the audience is a text"),
  at(
    "token-request.ts",
    "if (!mayCreateTokens(caller, namespace, name)) {",
    "if (false) {",
    "RBAC lets everybody create everybody's tokens",
  ),
  at("cluster.ts", "|| one === ", "&& one === ", "a right on one account is none"),
  at("token-request.ts", "const minSeconds = 600;", "const minSeconds = 60;", "a minute is taken"),
  at("token-request.ts", "Math.min(asked, most)", "asked", "the server's limit is none"),
  at(
    "token-request.ts",
    "if (pod.serviceAccount !== account.name) {",
    "if (false) {",
    "a token is bound to another account's pod",
  ),
  at("token-request.ts", "if (uid && uid !== pod.uid) {", "if (false) {", "a token is bound to a pod that is gone"),
  at(
    "discovery.ts",
    "kubernetes.publicKeys !== false || (await authenticated(world, call))",
    "true",
    "keys that are not published are",
  ),
  breaksIn("packages/emulator/src")(
    "oidc/issuer-path.ts",
    "if (inCluster !== undefined && clusterPaths.includes(inCluster)) return inCluster;",
    "",
    "the cluster's issuer does not answer below its URL",
  ),
];
