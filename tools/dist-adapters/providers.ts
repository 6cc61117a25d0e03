/** What each server here attaches: a provider whose token is made up, and an API that says whether the token reached it. */
import { type CredentialProvider, defaultPlatform, type Platform } from "@tokenhop/core";
import { testProvider } from "@tokenhop/core/testing";

export const platform: Platform = {
  ...defaultPlatform(),
  fetch: async (input, init) => {
    const { headers } = new Request(input, init);
    return Response.json({ authorized: headers.get("authorization") === "Bearer made-up" });
  },
};
const api: CredentialProvider = testProvider({ token: "made-up", hosts: ["api.example"], platform });
export const providers: { readonly api: CredentialProvider } = { api };
