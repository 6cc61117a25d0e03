import { app } from "@azure/functions";
import { downstream } from "@tokenhop/azure-functions";
import { platform, providers } from "../providers.ts";

const cloud = downstream(providers, { platform });
app.http("users", {
  handler: cloud((_request, _context, { api }) => api.fetch("https://api.example/users")),
});
