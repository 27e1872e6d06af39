import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    // Run by test/hosts/driver.test.ts on a machine that systemd runs.
    exclude: ['test/drivers/systemd/inside/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
