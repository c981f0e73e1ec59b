import { defineConfig } from 'vitest/config'

// Unit tests run side by side; what boots machines goes one file at a time and has minutes, not seconds.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'], testTimeout: 30_000 } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
          globalSetup: ['test/e2e/setup.ts'],
        },
      },
    ],
  },
})
