import { defineConfig } from 'vitest/config';

const setupFiles = ['test/setup.ts'];

export default defineConfig({
  test: {
    projects: [
      // The language is pure: its tests share one world, so that it is loaded once.
      {
        test: {
          name: 'language',
          setupFiles,
          include: ['test/language/**/*.test.ts'],
          isolate: false,
          pool: 'threads',
        },
      },
      {
        test: {
          name: 'others',
          setupFiles,
          include: ['test/**/*.test.ts'],
          exclude: ['test/language/**', 'test/extension/{host,workbench,package}/**'],
        },
      },
    ],
  },
});
