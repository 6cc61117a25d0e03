import { bearerAuth, downstream } from "@tokenhop/h3";
import { H3 } from "h3";
import { providers } from "../providers.ts";

const cloud = downstream(providers);
const app = new H3().use(cloud);
// @ts-expect-error no such provider
app.get("/", (event) => cloud.of(event).graph.fetch("https://api.example/"));
// @ts-expect-error no such option
app.use(downstream(providers, { eagre: true }));
// @ts-expect-error a provider needs its factory
app.use(downstream({ api: "https://api.example" }));
// @ts-expect-error no issuers
app.use(bearerAuth({ scopes: ["access"] }));
