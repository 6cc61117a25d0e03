import { downstream } from "@tokenhop/h3";
import { H3, serve } from "h3";
import { platform, providers } from "../providers.ts";

const cloud = downstream(providers, { platform });
const app = new H3().use(cloud);
app.get("/users", (event) => cloud.of(event).api.fetch("https://api.example/users"));
const server = await serve(app, { hostname: "127.0.0.1", port: 0, silent: true }).ready();
console.log(server.url);
