import {execFile} from 'node:child_process'
import {rm} from 'node:fs/promises'
import {promisify} from 'node:util'
import type {Driver, DriverStep, Run} from '../../src/lib/drivers/driver.ts'
import {hasSystemd, openSystemdDriver} from '../../src/lib/drivers/systemd/driver.ts'
import {fileHash} from '../../src/lib/unit/hash.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {unitOf} from './situation.ts'
import {until} from './until.ts'

/** Why the tests of the systemd driver cannot run on this machine; undefined where they can. */
export async function whyNoSystemd(): Promise<string | undefined> {
  if (!(await hasSystemd())) return 'no systemd runs this machine'
  return process.getuid?.() === 0 ? undefined : 'only root may command systemd'
}

/** Units of one test on the systemd that runs this machine, under a cluster of its own. */
export class SystemdRoom {
  readonly #cluster = `test-${process.pid}-${performance.now()}`
  /** For files of the test's own; removed at the end. */
  readonly directory = `/run/meissa-test-${process.pid}`
  readonly #launched = `${this.directory}/launched`
  readonly #drivers: Driver[] = []
  readonly signal = new AbortController()

  open(machine = 'm1'): Driver {
    const driver = openSystemdDriver({cluster: this.#cluster, machine, launchedDirectory: this.#launched})
    this.#drivers.push(driver)
    return driver
  }

  /** What systemctl prints, whatever its exit code. */
  systemctl(...words: readonly string[]): Promise<string> {
    return this.run('systemctl', ...words)
  }

  /** What a program prints, whatever its exit code. */
  async run(program: string, ...words: readonly string[]): Promise<string> {
    const {stdout} = await promisify(execFile)(program, [...words]).catch((error: {stdout?: string}) => ({
      stdout: error.stdout ?? '',
    }))
    return stdout.trim()
  }

  property(unit: string, name: string): Promise<string> {
    return this.systemctl('show', '--value', '--property', name, unit)
  }

  /** Stops and removes everything that was made. */
  async close(): Promise<void> {
    for (const driver of this.#drivers) driver.close()
    for (const machine of ['m1', 'm2']) {
      const driver = openSystemdDriver({cluster: this.#cluster, machine, launchedDirectory: this.#launched})
      try {
        for (const run of await driver.observe()) await this.#clear(driver, run)
      } finally {
        driver.close()
      }
    }
    await rm(this.directory, {recursive: true, force: true})
  }

  async #clear(driver: Driver, run: Run): Promise<void> {
    await driver.perform({kind: 'stop', run, graceSeconds: 0}, this.signal.signal)
    await driver.perform({kind: 'remove', run}, this.signal.signal)
  }
}

/** One driver in a room, spoken to in single steps; everything that is started is of the identity of its text. */
export class SystemdBench {
  readonly room: SystemdRoom
  readonly driver: Driver

  constructor(room: SystemdRoom) {
    this.room = room
    this.driver = room.open()
  }

  perform(step: DriverStep): Promise<void> {
    return this.driver.perform(step, this.room.signal.signal)
  }

  load(name: string, text: string, attended: readonly string[] = []): Promise<void> {
    return this.perform({kind: 'load', ...written(name, text), attended})
  }

  start(name: string, text: string, attended: readonly string[] = []): Promise<void> {
    return this.perform({kind: 'start', ...written(name, text), attended})
  }

  async stop(name: string, graceSeconds?: number): Promise<void> {
    await this.perform({kind: 'stop', run: await this.run(name), ...(graceSeconds === undefined ? {} : {graceSeconds})})
  }

  async remove(name: string): Promise<void> {
    await this.perform({kind: 'remove', run: await this.run(name)})
  }

  async run(name: string, driver = this.driver): Promise<Run> {
    const run = (await driver.observe()).find(({unit}) => unit === name)
    if (run === undefined) throw new Error(`no run of ${name} is observed`)
    return run
  }

  /** The run once it is as it is said to be. */
  async runWhen(name: string, what: string, holds: (run: Run) => boolean): Promise<Run> {
    await until(`${name} ${what}`, async () => holds(await this.run(name)))
    return this.run(name)
  }

  /** `active/running`, and the reason if there is one. */
  async words(name: string): Promise<string> {
    const {supervised} = await this.run(name)
    return `${supervised?.active}/${supervised?.sub}${supervised?.reason === undefined ? '' : `: ${supervised.reason}`}`
  }
}

function written(name: string, text: string): {unit: Unit; identity: Run['identity']; file: string} {
  return {unit: unitOf(name, text), identity: {runHash: fileHash(text), generation: 1}, file: fileHash(text)}
}
