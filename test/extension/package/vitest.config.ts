import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/extension/package/**/*.test.ts'], testTimeout: 180_000 },
});
