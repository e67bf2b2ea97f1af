// The packages that the build stands on. Without them it says what to do, and not where it fell.

const packages = await Promise.all([import("esbuild"), import("terser")]).catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("web/build.mjs: its packages are missing: run `npm ci --prefix web` first");
  process.exit(1);
});

export const [esbuild, { minify }] = packages;
