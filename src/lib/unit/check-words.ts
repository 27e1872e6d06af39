import {allOptions, type UnitFile} from './file.ts'
import {nearest} from './nearest.ts'
import type {ProblemList} from './problem-list.ts'

/**
 * Tells of sections and keys that were likely meant to be others. A section that is nearly one we read is an error, since
 * the unit would run without it; a key that is nearly one we read a warning. Sections that begin with `X-` are another
 * program's (systemd.syntax(7)).
 */
export function checkWords(file: UnitFile, problems: ProblemList): void {
  for (const {name, line} of file.sections) {
    if (sections.includes(name)) continue
    const place = {section: name, line}
    const meant = nearest(name, readSections)
    if (quadletSections.includes(name)) problems.error(place, 'a section for Podman only', 'write the container as [Container]')
    else if (meant) problems.error(place, 'unknown section', `write [${meant}]`)
    else if (!name.startsWith('X-'))
      problems.warning(place, 'unknown section, passed over', `the sections are ${sections.join(', ')}`)
  }
  for (const section of ['Unit', 'Service'] as const) {
    for (const {key, line} of allOptions(file, section)) {
      if (readKeys[section].includes(key) || neighbours.includes(key)) continue
      const meant = nearest(key, readKeys[section])
      if (meant) problems.warning({section, key, line}, 'unknown key', `write ${meant}=`)
    }
  }
}

const readSections = ['Unit', 'Service', 'Container', 'X-Fleet']
const sections = [
  ...readSections,
  'Install',
  'Socket',
  'Mount',
  'Automount',
  'Swap',
  'Path',
  'Timer',
  'Target',
  'Slice',
  'Scope',
  'Device',
  'Quadlet',
]
const quadletSections = ['Pod', 'Kube', 'Volume', 'Network', 'Build', 'Image', 'Artifact']

/** The keys that are read here, beside Exec lines. */
const readKeys = {
  Unit: [
    'Description',
    'Documentation',
    'After',
    'Before',
    'Requires',
    'Wants',
    'BindsTo',
    'PartOf',
    'StartLimitBurst',
    'StartLimitIntervalSec',
    'StartLimitInterval',
  ],
  Service: [
    'Type',
    'Restart',
    'RestartSec',
    'RemainAfterExit',
    'SuccessExitStatus',
    'StartLimitBurst',
    'StartLimitInterval',
    'StartLimitIntervalSec',
    'TimeoutSec',
    'TimeoutStartSec',
    'TimeoutStopSec',
    'Environment',
    'EnvironmentFile',
    'ExecCondition',
    'ExecStartPre',
    'ExecStart',
    'ExecStartPost',
    'ExecReload',
    'ExecStop',
    'ExecStopPost',
    'MemoryMax',
    'MemoryLimit',
    'MemoryLow',
    'MemorySwapMax',
    'CPUQuota',
    'CPUShares',
    'CPUWeight',
    'TasksMax',
    'OOMScoreAdjust',
    'LimitNOFILE',
    'LimitNPROC',
    'LimitMEMLOCK',
  ],
}

/** Keys of systemd's that are spelt nearly as one of those above. */
const neighbours = ['BindTo', 'MemoryMin']
