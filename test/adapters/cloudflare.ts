/** `@tokenhop/cloudflare` under the contract: on workerd alone, for it imports a module that only Workers have. */
import { bearerAuth, downstream, type WorkerHandlers } from "@tokenhop/cloudflare";
import type { Call, FetchApp, FetchFramework, Plan } from "../contract/adapter/framework.ts";

/** What the route is given, whichever wrappers it is in. */
interface Given {
  readonly user?: Call["user"];
  readonly [name: string]: unknown;
}

/** A Worker has no error handler: its users have `try` and `catch`. */
const routeOf = ({ handle, onError }: Plan) => ({
  async fetch(request: Request, _env: unknown, _ctx: unknown, { user, ...attached }: Given = {}): Promise<Response> {
    try {
      return await handle({ attached: attached as Call["attached"], user, request });
    } catch (error) {
      if (onError) return onError(error);
      throw error;
    }
  },
});

function workerOf(plan: Plan): Pick<WorkerHandlers, "fetch"> {
  const route = routeOf(plan);
  const { providers, options, auth } = plan;
  const attaching = providers && downstream(providers, options);
  if (auth) return bearerAuth(auth, attaching)(route);
  return attaching ? attaching(route) : route;
}

/** The app as a Worker's author would write it, with a wrapper of their own for headers. */
export const cloudflare: FetchFramework = {
  name: "cloudflare",
  ownErrors: "route",
  create(plan): FetchApp {
    const worker = workerOf(plan);
    return {
      async fetch(request, env, context) {
        const answer = await worker.fetch(request, env, context as never);
        if (!plan.headers) return answer;
        const { body, status, headers } = answer;
        return new Response(body, { status, headers: [...headers, ...Object.entries(plan.headers)] });
      },
    };
  },
};
