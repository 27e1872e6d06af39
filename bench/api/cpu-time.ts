import type {Asker} from './ask.ts'

/** Milliseconds of CPU that the process behind an API has taken since its start, as its metrics tell. Throws when they do not. */
export async function readCpuTime({ask}: Asker): Promise<number> {
  const [, seconds] = /^process_cpu_seconds_total (\S+)$/m.exec(await ask('/metrics')) ?? []
  if (seconds === undefined) throw new Error('/metrics does not tell process_cpu_seconds_total')
  return Number(seconds) * 1000
}
