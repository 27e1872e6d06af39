import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    // Run by test/hosts/driver.test.ts on a machine that systemd runs.
    exclude: ['test/drivers/systemd/inside/**'],
    // Most of the long ones wait for something most of the time.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
