import {writeFileSync} from 'node:fs'
import type {Reporter, TestModule} from 'vitest/node'

/**
 * Writes `passed failed skipped` to the file that TEST_COUNTS names. A file that could not be loaded and an error outside all
 * tests count as failures.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env.TEST_COUNTS
    if (file === undefined) return
    const states = modules.flatMap(module => Array.from(module.children.allTests(), test => test.result().state))
    const count = (state: string) => states.filter(each => each === state).length
    const broken = modules.flatMap(module => module.errors()).length + errors.length
    writeFileSync(file, `${count('passed')} ${count('failed') + broken} ${count('skipped')}\n`)
  }
}
