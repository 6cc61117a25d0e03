/** Uses of the source `self-issued` that must compile, and wrong ones that must not. Never run. */
import type { PlainError } from "@tokenhop/core/kit";
import { type MintReply, selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";
import type { IssuerEntrypoint, IssuerStub } from "@tokenhop/durable-objects";
import type { Issuer } from "@tokenhop/issuer";

declare const issuer: Issuer;
declare const entrypoint: IssuerEntrypoint;
declare const object: IssuerStub;
declare const error: PlainError;

/** As `wrangler types` writes a binding: promises that can be disposed of. */
declare const binding: { mint(wanted: { audience: string }): Promise<MintReply & Disposable> };
declare const env: { readonly ISSUER?: TokenMinter; readonly URL: string };

// Right.
selfIssued(issuer.minter("worker:orders"));
selfIssued(issuer.minter("worker:orders", ["api://AzureADTokenExchange"]), { name: "orders" });
selfIssued(entrypoint);
selfIssued(binding);
selfIssued(env.ISSUER);
selfIssued({ mint: () => ({ ok: false, error }) });
class Own implements TokenMinter {
  async mint({ audience }: { readonly audience: string }): Promise<MintReply> {
    return { ok: true, token: audience, expiresAt: 0 };
  }
}
selfIssued(new Own());

// Wrong.
// @ts-expect-error it mints for any of its subjects: one has to be chosen
selfIssued(issuer);
// @ts-expect-error the object is the issuer's own business
selfIssued(object);
// @ts-expect-error an address is no binding
selfIssued(env.URL);
// @ts-expect-error a minter says when its token ends
selfIssued({ mint: () => ({ ok: true, token: "a.b.c" }) });
// @ts-expect-error the audience is the target's to name
selfIssued(binding, { audience: "x" });
// @ts-expect-error it may be undefined, not left out
selfIssued();
