import { defineConfig } from 'vitest/config';

// In development the page is served by Vite and everything that the server owns is passed on to it.
declare const process: { env: Record<string, string | undefined> };
const server = process.env['HONGBAO_URL'] ?? 'http://127.0.0.1:8080';

// The SDK's sources: the page is built from them and needs no build of theirs.
const client = decodeURIComponent(new URL('../sdk/typescript/src/index.ts', import.meta.url).pathname);

export default defineConfig({
  resolve: { alias: { 'hongbao-client': client } },
  build: { target: 'es2022', sourcemap: false },
  // The SDK's tests too: it has no packages of its own.
  test: { include: ['tests/**/*.test.ts', '../sdk/typescript/tests/**/*.test.ts'] },
  server: { proxy: { '/api': server, '/cashier': server, '/avatars': server } },
});
