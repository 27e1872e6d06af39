import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const manager = '/lib/systemd/systemd'

/** Why systemd cannot be asked here; undefined where it can. */
export function noSystemd(): string | undefined {
  const missing = [manager, '/usr/bin/setpriv'].find(path => !existsSync(path))
  if (missing !== undefined) return `${missing} is not here`
  return process.getuid?.() === 0 ? undefined : 'only root can start it as somebody else'
}

/** What systemd understood of a unit: the lines of its dump, such as `Description: x`, without their indentation. */
export type Dump = readonly string[]

/**
 * Has systemd load unit files, in its test mode, which starts nothing; the files are gone afterwards.
 * Of a file that it refuses there is no dump.
 */
export function askSystemd(files: ReadonlyMap<string, string>): ReadonlyMap<string, Dump> {
  const directory = mkdtempSync(join(tmpdir(), 'meissa-systemd-'))
  try {
    for (const [name, text] of files) writeFileSync(join(directory, name), text, 'utf8')
    const wants = [...files.keys()].map(name => `Wants=${name}\n`).join('')
    writeFileSync(join(directory, 'all.target'), `[Unit]\nDefaultDependencies=no\n${wants}`)
    chmodSync(directory, 0o755)
    const {stdout, status} = spawnSync(
      '/usr/bin/setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', manager, '--test', '--system', '--unit=all.target'],
      {encoding: 'utf8', env: {SYSTEMD_UNIT_PATH: directory, SYSTEMD_LOG_TARGET: 'null'}, maxBuffer: 2 ** 28, timeout: 60_000},
    )
    if (status !== 0) throw new Error(`systemd ended with ${status}`)
    return dumpsOf(stdout)
  } finally {
    rmSync(directory, {recursive: true, force: true})
  }
}

function dumpsOf(output: string): ReadonlyMap<string, Dump> {
  const parts = output.split(/^\s*-> Unit (.*):$/m).slice(1)
  const dumps = new Map<string, Dump>()
  for (let index = 0; index < parts.length; index += 2) {
    const lines = (parts[index + 1] ?? '').split('\n').map(line => line.trim())
    const isLoaded = lines.includes('Unit Load State: loaded')
    if (isLoaded) dumps.set(parts[index] ?? '', lines)
  }
  return dumps
}

/** The words of each `Command Line:` of a dump, which has those with odd characters in double quotes. */
export function commandLinesOf(dump: Dump): readonly (readonly string[])[] {
  return fieldsOf(dump, 'Command Line').map(line => {
    const words = line.matchAll(/\$'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+)/g)
    return [...words].map(
      ([, posix, quoted, plain]) =>
        plain ?? (posix ?? quoted ?? '').replaceAll(/\\(.)/g, (_, letter: string) => controls[letter] ?? letter),
    )
  })
}

const controls: Readonly<Record<string, string>> = {a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v'}

/** The values of a field, in their order. */
export function fieldsOf(dump: Dump, field: string): readonly string[] {
  return dump.filter(line => line.startsWith(`${field}: `)).map(line => line.slice(field.length + 2))
}
