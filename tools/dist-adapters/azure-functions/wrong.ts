import { app } from "@azure/functions";
import { bearerAuth, downstream } from "@tokenhop/azure-functions";
import { providers } from "../providers.ts";

const cloud = downstream(providers);
app.http("first", {
  // @ts-expect-error no such provider
  handler: cloud((_request, _context, { graph }) => graph.fetch("https://api.example/")),
});
// @ts-expect-error no such option
downstream(providers, { eagre: true });
// @ts-expect-error a provider needs its factory
downstream({ api: "https://api.example" });
// @ts-expect-error no issuers
bearerAuth({ scopes: ["access"] });
