/** Uses of `brokered` and `TokenBroker` that must compile, and wrong ones that must not. Never run. */
import type {
  BearerToken,
  CredentialProvider,
  IdentitySource,
  NoParams,
  Providers,
  Target,
  VerifiedUser,
} from "@tokenhop/core";
import { federate } from "@tokenhop/core";
import { entra } from "@tokenhop/core/targets/entra";
import {
  type BrokerQuestion,
  type BrokerReply,
  type BrokerStub,
  brokered,
  type NamespaceLike,
  TokenBroker,
} from "@tokenhop/durable-objects";

declare const from: IdentitySource;
declare const obo: Target<BearerToken, { user: VerifiedUser }>;
declare const bare: CredentialProvider<BearerToken, NoParams>;

/** As Cloudflare's declarations have a namespace: a stub's methods give promises that can be disposed of. */
interface DurableObjectNamespace<T extends { credential(question: BrokerQuestion): Promise<BrokerReply> }> {
  newUniqueId(): object;
  idFromName(name: string): object;
  getByName(
    name: string,
    options?: { locationHint?: "wnam" | "enam" | "sam" | "weur" | "eeur" | "apac" | "oc" | "afr" | "me" },
  ): {
    readonly id: object;
    credential(...given: Parameters<T["credential"]>): Promise<BrokerReply & Disposable>;
  };
}

const arm = federate({ from, to: entra({ tenantId: "t", clientId: "c", scope: "s" }) });
const me = federate({ from, to: obo });

class Broker extends TokenBroker<{ readonly NAME: string }> {
  protected override providers(env: { readonly NAME: string }): Providers {
    return { [env.NAME]: arm };
  }
}
declare const namespace: DurableObjectNamespace<Broker>;

// Right.
const same: { arm: typeof arm; bare: typeof bare } = brokered(namespace, { arm, bare });
brokered(undefined, { arm }, { name: undefined, shards: 4, locationHint: "weur", timeoutMs: 1_000 });
brokered(namespace, { arm }, { onFallback: (provider, reason) => void (reason === "timeout" && provider) }).arm.with({
  scope: "other",
});
const narrow: NamespaceLike<BrokerStub> = namespace;
export const used = [same, narrow];

// Wrong.
// @ts-expect-error a user's credential is not shared
brokered(namespace, { me });
// @ts-expect-error there is no such place
brokered(namespace, { arm }, { locationHint: "mars" });
// @ts-expect-error a class is no binding
brokered(Broker, { arm });
// @ts-expect-error it is asked by name
brokered(namespace, { arm }, { provider: "arm" });
// @ts-expect-error there is no such parameter
brokered(namespace, { arm }).arm.with({ user: "u" });
// @ts-expect-error what it serves has to be said
export class Nothing extends TokenBroker {}
