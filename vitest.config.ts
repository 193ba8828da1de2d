import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Nearly every test opens a store, whose thread loads our sources anew: from the second time on without stripping and compiling them again.
// eslint-disable-next-line n/no-process-env -- the configuration of the tests, not of the product
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled-for-tests')

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
    // One more than there are processors: many tests wait for a process or a deadline.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Patience for a busy machine; what must be quick says so in its test.
    expect: { poll: { timeout: 10_000 } },
    globalSetup: ['resources/scripts/vitest-global-setup.ts'],
  },
})
