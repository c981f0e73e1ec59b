import { defineConfig } from 'vitest/config'

const INTEGRATION = 'test/**/*.integration.test.ts'
const E2E = 'test/e2e/**/*.test.ts'

/**
 * A test file says by its name what it needs: see CONTRIBUTING.md. Unit and integration tests run side by side; what
 * boots machines goes one file at a time and has minutes, not seconds.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // a deadline for what hangs, also on a busy machine; how long a test takes is measured elsewhere
          testTimeout: 20_000,
          include: ['test/**/*.test.ts'],
          exclude: [INTEGRATION, E2E],
          setupFiles: ['test/helpers/only-this-process.ts'],
        },
      },
      { test: { name: 'integration', include: [INTEGRATION], testTimeout: 30_000 } },
      {
        test: {
          name: 'e2e',
          include: [E2E],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
          globalSetup: ['test/e2e/setup.ts'],
        },
      },
    ],
  },
})
