import { defineConfig } from 'vitest/config';

// One browser and one editor at a time: the machine has two cores, and tests read the clock.
export default defineConfig({
  test: {
    include: ['test/extension/workbench/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
});
