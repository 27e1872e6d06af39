import {isDocker} from '../docker/docker-call.ts'
import {dockerFlags} from '../docker/docker-flags.ts'
import {readFlags} from '../docker/flag-words.ts'
import {Fault} from '../fault.ts'
import {lastOptionOf, optionsOf} from '../file.ts'
import {parseExecLine} from '../service/exec-words.ts'
import type {Service} from '../unit.ts'
import {execOptions} from './exec-options.ts'
import type {Given} from './given.ts'

/** What systemd makes of a service otherwise than it looks (systemd.service(5), systemd.kill(5)). */
export function adviseSystemd({read: {file}, unit, problems}: Given): void {
  if (unit.driver !== 'systemd') return
  for (const {key, value, line} of execOptions(file)) {
    const place = {section: 'Service', key, line}
    const commands = parseExecLine(value)
    if (commands instanceof Fault) {
      problems.warning(place, `has ${commands.message}, so that systemd passes it over`, commands.remedy)
    } else if (key === 'ExecStart' && !unit.service.remainAfterExit && isSimple(unit.service)) {
      const early = commands.map(({words}) => returnsAtOnce(words)).find(told => told !== undefined)
      if (early !== undefined) problems.warning(place, `${early[0]} returns at once, and the unit ends with it`, early[1])
    }
  }
  const pull = optionsOf(file, 'Service', 'ExecStartPre').find(({value}) => /\bdocker\s+pull\b/.test(value))
  if (pull && unit.service.timeoutStartSeconds === undefined && unit.service.type !== 'oneshot') {
    problems.warning(
      {section: 'Service', key: pull.key, line: pull.line},
      'pulls an image within the 90s that systemd allows a start',
      'write TimeoutStartSec=15min, or 0 for no limit',
    )
  }
  const kill = lastOptionOf(file, 'Service', 'KillMode')
  if (kill?.value === 'none') {
    problems.warning(
      {section: 'Service', key: kill.key, line: kill.line},
      'leaves processes behind, and systemd is giving it up',
      'write KillMode=mixed',
    )
  }
}

const isSimple = ({type}: Service): boolean => type === 'simple' || type === 'exec' || type === 'idle'

/** What a command that leaves its container behind is called, and what to write. */
function returnsAtOnce(words: readonly string[]): readonly [string, string] | undefined {
  if (!isDocker(words)) return undefined
  const [verb, ...rest] = words[1] === 'container' ? words.slice(2) : words.slice(1)
  if (verb === 'start' && !rest.some(word => /^(-a|-ai|-ia|--attach)$/.test(word)))
    return ['docker start', 'write docker start -a']
  if (verb !== 'run') return undefined
  const read = readFlags(rest, dockerFlags)
  const detached = !(read instanceof Fault) && read.flags.some(({name, value}) => name === 'detach' && value === 'true')
  return detached ? ['docker run -d', 'take -d away'] : undefined
}
