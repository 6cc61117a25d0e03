/** The controls over HTTP. Every route wants the admin token: whoever has it can make a token for anyone. */
import { type Context, Hono } from "hono";
import * as v from "valibot";
import { describeIssue } from "../config/parse.ts";
import { lifetimesSchema } from "../config/schema.ts";
import { EmulatorControlError, type EmulatorControls } from "../controls.ts";
import { bearerOf, sameSecret } from "../text.ts";
import type { World } from "../world.ts";
import * as schema from "./schema.ts";

/** What the admin routes act on. */
export interface AdminOptions {
  readonly world: World;
  readonly controls: EmulatorControls;
  adminToken(): string;
}

/** A body that is not what the route takes. */
class InvalidBody extends Error {
  override readonly name = "InvalidBody";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super("Invalid body");
    this.problems = problems;
  }
}

/** The routes below `/admin`. */
export function adminRoutes({ world, controls, adminToken }: AdminOptions): Hono {
  const app = new Hono();

  app.use(async (c, next) => {
    const given = bearerOf(c.req.raw.headers);
    if (given === undefined || !sameSecret(given, adminToken())) {
      return c.json({ error: "The admin token is missing or wrong" }, 401, { "www-authenticate": "Bearer" });
    }
    await next();
    c.header("cache-control", "no-store");
  });
  app.onError((error, c) => {
    if (error instanceof InvalidBody) return c.json({ error: "Invalid body", problems: error.problems }, 400);
    if (error instanceof EmulatorControlError) return c.json({ error: error.message }, 404);
    throw error;
  });

  app.get("/clock", (c) => c.json({ now: controls.now() }));
  app.post("/clock", async (c) => {
    const change = await body(c, schema.clockSchema);
    if ("advanceMs" in change) controls.advanceClock(change.advanceMs);
    else controls.setClock(change.setAt);
    return c.json({ now: controls.now() });
  });

  app.get("/lifetimes", (c) => c.json(controls.lifetimes()));
  app.patch("/lifetimes", async (c) => {
    controls.setLifetimes(await body(c, lifetimesSchema));
    return c.json(controls.lifetimes());
  });

  app.get("/faults", (c) => c.json(controls.faults()));
  app.post("/faults", async (c) => {
    controls.setFault(await body(c, schema.faultSchema));
    return c.json(controls.faults(), 201);
  });
  app.delete("/faults", (c) => {
    const route = c.req.query("route");
    controls.clearFaults(route === undefined ? undefined : check(schema.routeSchema, route));
    return c.body(null, 204);
  });

  app.put("/resources", async (c) => {
    const { location, ...address } = await body(c, schema.resourceSchema);
    return c.json(controls.putResource(address, { location }), 201);
  });
  app.delete("/resources", async (c) => {
    return c.json({ removed: controls.removeResource(await body(c, schema.addressSchema)) });
  });

  app.post("/tokens/external", async (c) => {
    return c.json({ value: await controls.issueExternalToken(await body(c, schema.externalTokenSchema)) });
  });
  app.post("/tokens/user", async (c) => {
    return c.json({ value: await controls.issueUserToken(await body(c, schema.userTokenSchema)) });
  });
  app.post("/tokens/platform", async (c) => {
    return c.json({ value: await controls.issuePlatformToken(await body(c, schema.platformTokenSchema)) });
  });
  app.post("/tokens/service-account", async (c) => {
    return c.json({ value: await controls.issueServiceAccountToken(await body(c, schema.serviceAccountTokenSchema)) });
  });
  app.get("/host-files", (c) => c.json({ content: controls.hostFile(c.req.query("path") ?? "") ?? null }));
  app.get("/access-policies", (c) => c.json(controls.accessPolicies()));
  app.put("/access-policies", async (c) => {
    controls.setAccessPolicies(await body(c, schema.accessPoliciesSchema));
    return c.json(controls.accessPolicies());
  });
  app.post("/sessions/revoke", async (c) => {
    controls.revokeSessions((await body(c, schema.revokeSchema)).principal);
    return c.body(null, 204);
  });
  app.post("/keys/rotate", async (c) => {
    const { issuer, retire } = await body(c, schema.rotateSchema);
    await controls.rotateKeys(issuer, { retire });
    return c.body(null, 204);
  });

  app.get("/log", (c) => c.json(world.log.read(Number(c.req.query("after") ?? 0) || 0)));
  app.delete("/log", (c) => {
    controls.clearLog();
    return c.body(null, 204);
  });
  return app;
}

async function body<T>(c: Context, expected: v.GenericSchema<T>): Promise<T> {
  const text = await c.req.text();
  try {
    return check(expected, JSON.parse(text));
  } catch (error) {
    throw error instanceof SyntaxError ? new InvalidBody(["The body is not JSON"]) : error;
  }
}

function check<T>(expected: v.GenericSchema<T>, value: unknown): T {
  const result = v.safeParse(expected, value);
  if (!result.success) throw new InvalidBody(result.issues.map(describeIssue));
  return result.output;
}
