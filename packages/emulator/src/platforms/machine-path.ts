/** Endpoints of a machine that are told by where they listen: by their port, or by a path that they share with others. Pure. */

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The path that the router shall see, for a URL of such an endpoint. */
export function machinePath({ hostname, port, pathname }: URL): string | undefined {
  if (port === "40342" && loopback.test(hostname)) return `/arc${pathname}`;
  const isMetadata = hostname === "metadata.google.internal" || hostname === "169.254.169.254";
  return isMetadata && pathname === "/" ? "/computeMetadata/" : undefined;
}
