import { defineConfig } from 'vitest/config';

// One browser and one editor at a time: the machine has two cores, and tests read the clock.
export default defineConfig({
  test: {
    include: ['test/extension/workbench/**/*.test.ts'],
    // A measurement rather than a test: only when it is asked for by name.
    exclude: process.argv.includes('speed') ? [] : ['**/speed.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
});
