import {spawnSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {environment} from './execute.ts'
import {bedDirectory} from './places.ts'

/** What is left on this machine of a bed: processes, mounts, links, cgroups, rules, files; empty when nothing is. */
export function tracesOf(bed: {readonly name: string; readonly link: string}): readonly string[] {
  const directory = bedDirectory(bed.name)
  const processes = readdirSync('/proc')
    .filter(pid => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter(pid => ['cmdline', 'mountinfo'].some(file => readIfThere(`/proc/${pid}/${file}`).includes(directory)))
  const cgroups = ['', ...readdirSync('/sys/fs/cgroup')].flatMap(hierarchy => {
    const above = join('/sys/fs/cgroup', hierarchy, 'meissa-hosts')
    return existsSync(above) ? readdirSync(above).filter(name => name.startsWith(`${bed.name}-`)) : []
  })
  const rules = spawnSync('iptables-save', {encoding: 'utf8', env: environment}).stdout ?? ''
  return [
    ...processes.map(pid => `process ${pid}: ${readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`),
    ...cgroups.map(name => `cgroup ${name}`),
    ...(existsSync(`/sys/class/net/${bed.link}`) ? [`link ${bed.link}`] : []),
    ...rules.split('\n').filter(rule => rule.includes(bed.link)),
    ...(existsSync(directory) ? [directory] : []),
  ]
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
