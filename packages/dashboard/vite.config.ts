import { defineConfig } from "vite";

export default defineConfig({
  // Relative: the page works behind any path prefix.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The contract's schemas are for who receives; the page takes its types, and a few tables.
    rolldownOptions: { treeshake: { manualPureFunctions: ["Type", "Enum", "orNull", "column"] } },
  },
});
