import { bearerAuth, downstream } from "@tokenhop/fastify";
import Fastify from "fastify";
import { providers } from "../providers.ts";

const cloud = downstream(providers);
const app = Fastify();
// @ts-expect-error no such provider
app.get("/", (request) => cloud.of(request).graph.fetch("https://api.example/"));
// @ts-expect-error no such option
app.register(downstream(providers, { eagre: true }));
// @ts-expect-error a provider needs its factory
app.register(downstream({ api: "https://api.example" }));
// @ts-expect-error no issuers
app.register(bearerAuth({ scopes: ["access"] }));
