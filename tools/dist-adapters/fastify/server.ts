import { downstream } from "@tokenhop/fastify";
import Fastify from "fastify";
import { platform, providers } from "../providers.ts";

const cloud = downstream(providers, { platform });
const app = Fastify();
await app.register(cloud);
app.get("/users", (request) => cloud.of(request).api.fetch("https://api.example/users"));
console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
