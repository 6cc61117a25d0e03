/**
 * What every adapter of a web framework must do, as one list of cases. The same cases run over real HTTP against each
 * framework's own server on each runtime (`npm run test:adapters`, one cell of the table each), and for frameworks whose app is a
 * function of a `Request` also in process, in the neutral suites.
 *
 * How an adapter is registered:
 *
 * 1. `test/adapters/NAME.ts` exports a {@link Framework}: how a {@link Plan} becomes an app, written as a user of that framework
 *    would write it (middleware, plugin, error handler), and nothing cleverer.
 * 2. An app that is a function of a `Request` (hono, h3, elysia, cloudflare) is a {@link FetchFramework}: it has `create(plan)`.
 *    Where it runs in process too, its file also exports `suite`, which calls `inProcess(QUnit, framework)` and then registers
 *    the tests that are the adapter's own.
 * 3. A framework with its own server is a {@link ServedFramework}: it has `serve(plan)`, which listens on any free port of
 *    127.0.0.1 and gives the URL. `test/adapters/node-http.ts` turns Node's requests and responses into those of the Web and back.
 *    Tests of its own go into `ownTests`, which the cell runs behind the contract; such a file exports no `suite`.
 * 4. One line in `test/cells/RUNTIME/index.ts` for each runtime that serves it: `cell({ framework })`, or for a FetchFramework
 *    `cell({ framework, serve })` with what serves it there. For workerd: one line in `test/cells/worker.ts`, and its name in
 *    `test/cells/workerd/index.ts`.
 * 5. The cell is one of the rows in `test/cells/expected.ts`. They are all there already.
 *
 * The files beside this one hold the cases and what they share.
 */
import type { Downstream, DownstreamOptions, DownstreamWith, ProvidersOrFactory, VerifiedUser } from "@tokenhop/core";
import type { BearerAuth, BearerAuthOptions } from "@tokenhop/core/bearer-auth";

/** Providers as a route sees them, by the names that cases give them. */
export type AttachedOnes = Readonly<Record<"graph" | "mail" | "me", Downstream & DownstreamWith<object>>>;

/** What a route has in its hands. */
export interface Call {
  /** What `downstream()` put into the framework's context, taken from where a user would take it. */
  readonly attached: AttachedOnes;
  /** What `bearerAuth()` put there under `user`; undefined in an app without it. */
  readonly user: VerifiedUser | undefined;
  /** The request as the server got it, its body unread. */
  readonly request: Request;
}

/** One app, as a case describes it. */
export interface Plan {
  /** `downstream(providers, options)` before the route. Every plan with providers has options with a platform. */
  readonly providers?: ProvidersOrFactory | undefined;
  readonly options?: DownstreamOptions | undefined;
  /** `bearerAuth(auth)` before `downstream`. */
  readonly auth?: BearerAuth | BearerAuthOptions | undefined;
  /** Headers that another middleware (hook, wrapper) of the user's, before the adapter's, puts on every answer, problems included. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The user's own error handler, in the framework's way: what it gives is the answer. */
  readonly onError?: ((error: unknown) => Response) | undefined;
  /** The route `/`, for GET (and HEAD, as the framework has it), POST and OPTIONS. What it gives or throws reaches the framework. */
  handle(call: Call): Response | Promise<Response>;
}

interface FrameworkBase {
  /** The adapter's folder. */
  readonly name: string;
  /**
   * Where a user's `onError` sees errors: `everywhere`, or in the `route` only, where a framework has no error handler and users
   * have `try` and `catch`. Default: everywhere.
   */
  readonly ownErrors?: "everywhere" | "route";
  /** On Workers: whether the app is given `env` and the execution context with each call, or reads them from the platform. Default: `call`. */
  readonly workers?: "call" | "platform";
  /** What is known of a header that comes on several lines: all of them, or the `first` only, where the server drops the others. Default: all. */
  readonly lines?: "all" | "first";
}

/** What a Worker is given beside the request and `env`. */
export interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
}

/** An app that is a function of a request. */
export interface FetchApp {
  fetch(request: Request, env?: object, context?: ExecutionContext): Response | Promise<Response>;
}

/** A framework whose app is a function of a request. */
export interface FetchFramework extends FrameworkBase {
  create(plan: Plan): FetchApp;
}

/** An app that listens. */
export interface Served {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends it, and every connection with it. */
  close(): Promise<void> | void;
}

/** A framework with a server of its own, on the runtimes of its cells. */
export interface ServedFramework extends FrameworkBase {
  serve(plan: Plan): Promise<Served>;
}

/** What a cell of the contract is about. */
export type Framework = FetchFramework | ServedFramework;
