/** Serves the app of a file with Bun, on loopback. */
const { default: app } = await import(`./${process.argv[2]}`);
const { url } = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch });
console.log(url.origin);
