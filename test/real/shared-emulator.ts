/** One emulator for all SDKs of a run, on whatever runtime: in bare workerd the tests cannot start one themselves. */
import { createDemoConfig, createEmulator } from "@tokenhop/emulator";
import { serve } from "@tokenhop/emulator/serve";
import { certificate } from "./certificate.ts";

type Environment = Readonly<Record<string, string>>;

/** Starts it, over https; `work` is given the environment in which the tests find it. */
export async function withSharedEmulator(env: Environment, work: (env: Environment) => Promise<void>): Promise<void> {
  const emulator = createEmulator(createDemoConfig());
  const served = await serve(emulator, { hostname: "localhost", https: { certificate: certificate(env) } });
  try {
    await work({ ...env, TOKENHOP_TEST_EMULATOR: served.url, TOKENHOP_TEST_ADMIN_TOKEN: emulator.adminToken });
  } finally {
    await served.close();
  }
}
