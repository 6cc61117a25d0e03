import { bearerAuth, downstream } from "@tokenhop/elysia";
import { Elysia } from "elysia";
import { providers } from "../providers.ts";

const app = new Elysia().use(downstream(providers));
// @ts-expect-error no such provider
app.get("/", ({ graph }) => graph.fetch("https://api.example/"));
// @ts-expect-error no such option
app.use(downstream(providers, { eagre: true }));
// @ts-expect-error a provider needs its factory
app.use(downstream({ api: "https://api.example" }));
// @ts-expect-error no issuers
app.use(bearerAuth({ scopes: ["access"] }));
