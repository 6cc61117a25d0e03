import type { Rule } from "../evidence-kind.ts";

/** What the double of a Kubernetes API server does, and what each rule is believed on. */
export const kubernetesRules: readonly Rule[] = [
  {
    id: "kubernetes-token-request",
    kind: "client code",
    note: "Path, body and answer as @kubernetes/client-node has them; 201, the token and its end in status.",
  },
  {
    id: "kubernetes-status",
    kind: "client code",
    note: "Every refusal is an object of the kind Status, with reason, code and details.",
  },
  {
    id: "kubernetes-authentication",
    kind: "documentation",
    note: "The bearer must be a token of the cluster for an audience of the API server; a token for a cloud is none. 401 does not say why.",
  },
  {
    id: "kubernetes-rbac",
    kind: "documentation",
    note: "create on serviceaccounts/token, by account or by namespace, asked before the account is looked for.",
  },
  {
    id: "kubernetes-minimum",
    kind: "field report",
    note: "Less than 600 s gets 422 Invalid; the text was seen from a real cluster and in its source.",
  },
  {
    id: "kubernetes-maximum",
    kind: "documentation",
    note: "The server may give another lifetime than was asked for; that it says so in a Warning header is UNCONFIRMED.",
  },
  {
    id: "kubernetes-bound",
    kind: "documentation",
    note: "A token can be bound to a pod of the same account, by name and uid; secrets and nodes are not played. Texts as in the server's source.",
  },
  {
    id: "kubernetes-claims",
    kind: "UNCONFIRMED",
    note: "sub is system:serviceaccount:NAMESPACE:NAME, aud always a list, and kubernetes.io holds namespace, account and pod.",
  },
  {
    id: "kubernetes-issuer",
    kind: "documentation",
    note: "Metadata and keys at the API server and below the issuer's URL; for the cluster's accounts alone unless they are published.",
  },
  {
    id: "kubernetes-not-bound-again",
    kind: "UNCONFIRMED",
    note: "A pod that is gone does not end its tokens here, since pods do not go.",
  },
];
