import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'src-main/**/*.test.ts',
      'src-bridge/**/*.test.ts',
      'src-renderer/**/*.test.{ts,tsx}',
      'resources/{scripts,deploy}/**/*.test.ts',
    ],
    // Real SQLite and worker threads: processes, not threads, keep native modules apart.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    globalSetup: ['resources/scripts/vitest-global-setup.ts'],
  },
})
