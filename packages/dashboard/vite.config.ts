import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the page works behind any path prefix.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The page needs the contract's types and a few tables, but not its schemas, which only
    // receivers use.
    rolldownOptions: { treeshake: { manualPureFunctions: ["Type", "Enum", "orNull", "column"] } },
  },
});
