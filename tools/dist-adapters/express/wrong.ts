import { bearerAuth, type DownstreamLocals, downstream } from "@tokenhop/express";
import express, { type Response } from "express";
import { providers } from "../providers.ts";

const app = express();
// @ts-expect-error no such provider
app.get("/", downstream(providers), (_req, res) => res.locals.graph.fetch("https://api.example/"));
// @ts-expect-error no such provider
app.get("/", (_req, res: Response<unknown, DownstreamLocals<typeof providers>>) => res.locals.graph.token());
// @ts-expect-error no such option
app.use(downstream(providers, { eagre: true }));
// @ts-expect-error a provider needs its factory
app.use(downstream({ api: "https://api.example" }));
// @ts-expect-error no issuers
app.use(bearerAuth({ scopes: ["access"] }));
