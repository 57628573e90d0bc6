import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/extension/host/**', 'test/extension/workbench/**', 'test/extension/package/**'],
  },
});
