import {defineConfig} from 'vitest/config'

/** For tests that are run inside a host, where the sources are read only: `vitest run -c test/hosts/inside.config.ts`. */
export default defineConfig({
  cacheDir: '/tmp/meissa-vitest',
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/drivers/systemd/inside/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
