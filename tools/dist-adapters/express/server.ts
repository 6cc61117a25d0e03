import { downstream, problems, send } from "@tokenhop/express";
import express from "express";
import { platform, providers } from "../providers.ts";

const app = express();
app.get("/users", downstream(providers, { platform }), (_req, res) =>
  send(res, res.locals.api.fetch("https://api.example/users")),
);
app.use(problems);
const server = app.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${Object(server.address()).port}`));
