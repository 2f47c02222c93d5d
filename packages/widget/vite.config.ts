import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const ROOT = fileURLToPath(new URL('./', import.meta.url))

/** One file with nothing around it: it runs as it is in pages that we don't know. */
export default defineConfig({
  root: ROOT,
  build: {
    outDir: 'dist',
    target: 'es2022',
    reportCompressedSize: false,
    lib: {
      entry: `${ROOT}src/main.ts`,
      name: 'chatzuri',
      formats: ['iife'],
      fileName: () => 'assets/widget.js',
    },
  },
})
