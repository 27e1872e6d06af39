import {describe, expect, test} from 'vitest'
import {parseUnit} from '../../src/lib/unit/parse-unit.ts'

const told = (text: string) =>
  parseUnit('web.service', text).problems.map(
    ({severity, line, column, key, message, remedy}) => `${severity} ${line}:${column} ${key}: ${message}; ${remedy}`,
  )

describe('a key that systemd passes over is told', () => {
  const unknown = 'unknown key, which systemd passes over'
  test.each<[string, string, string]>([
    ['misspelt', '[Service]\nExecStart=/bin/a\nRestrat=no', `warning 3:1 [Service] Restrat: ${unknown}; write Restart=`],
    [
      'in the wrong case',
      '[Service]\nExecStart=/bin/a\n execreload=/bin/b',
      `warning 3:2 [Service] execreload: ${unknown}; write ExecReload=`,
    ],
    [
      'of [Service] in [Unit]',
      '[Unit]\nRestart=no\n[Service]\nExecStart=/bin/a',
      'warning 2:1 [Unit] Restart: is passed over in [Unit]: it belongs into [Service]; move it below [Service]',
    ],
    [
      'of [Unit] in [Service]',
      '[Service]\nExecStart=/bin/a\nAfter=b.service',
      'warning 3:1 [Service] After: is passed over in [Service]: it belongs into [Unit]; move it below [Unit]',
    ],
    [
      'of [Install] in [Service]',
      '[Service]\nExecStart=/bin/a\nWantedBy=b.target',
      'warning 3:1 [Service] WantedBy: is passed over in [Service]: it belongs into [Install]; move it below [Install]',
    ],
    [
      'of [X-Fleet] in [Unit]',
      '[Unit]\nX-Conflicts=b.service\n[Service]\nExecStart=/bin/a',
      'warning 2:1 [Unit] X-Conflicts: is passed over in [Unit]: it belongs into [X-Fleet]; move it below [X-Fleet]',
    ],
    [
      'of [Container] in [Service]',
      '[Service]\nPublishPort=80\n[Container]\nImage=a',
      'warning 2:1 [Service] PublishPort: is passed over in [Service]: it belongs into [Container]; move it below [Container]',
    ],
    [
      'of [X-Fleet], meant by its globs',
      '[Unit]\nConflicts=web@*.service\n[Service]\nExecStart=/bin/a',
      'warning 2:1 [Unit] Conflicts: has no globs in [Unit], where it stops other units of the same machine; move it below [X-Fleet]',
    ],
    ['nothing alike', '[Service]\nExecStart=/bin/a\nFlavour=sweet', `warning 3:1 [Service] Flavour: ${unknown}; undefined`],
    [
      'misspelt in another section',
      '[Unit]\nExecStrat=/bin/b\n[Service]\nExecStart=/bin/a',
      `warning 2:1 [Unit] ExecStrat: ${unknown}; write ExecStart= below [Service]`,
    ],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toEqual([expected])
  })

  test('each time it is given', () => {
    expect(told('[Service]\nExecStart=/bin/a\nRestrat=no\n[Service]\nRestrat=')).toHaveLength(2)
  })

  test.each([
    '[Unit]\nConflicts=b.service',
    '[Unit]\nX-Mine=1',
    '[Unit]\nConditionPathExists=/a\nAssertUser=root',
    '[Timer]\nOnCalendar=daily\nRandomizedDelaySec=1h',
    '[Socket]\nListenStream=80\nMemoryMax=1G\nUser=a',
    '[Mount]\nWhere=/a\nKillMode=none',
    '[X-Mine]\nExecStart=/bin/b',
    '[Slice]\nCPUQuota=1%',
  ])('but not in %j', text => {
    expect(told(`${text}\n[Service]\nExecStart=/bin/a`)).toEqual([])
  })
})

describe('a problem has the place of', () => {
  test.each<[string, string, number, number]>([
    ['a section', '[Service]\nExecStart=/bin/a\n  [x-fleet]', 3, 3],
    ['a value', '[Service]\nExecStart=/bin/a\nRestart = sometimes', 3, 11],
    ['a word of a value', '[X-Fleet]\nMachineMetadata="a=b" "=c"\n[Service]\nExecStart=/bin/a', 2, 24],
    ['a quote', '[Service]\nExecStart=/bin/a\nEnvironment=A=1 B="2', 3, 19],
    ['a specifier', '[Service]\nExecStart=/bin/a\nEnvironment=A=1 B=%e', 3, 17],
    ['a word behind a continuation', '[Service]\nExecStart=/bin/a\nEnvironment=A=1 \\\n# B\n  B="2', 5, 5],
    ['a line that is none', '[Service]\nExecStart=/bin/a\n  nonsense', 3, 3],
    ['a blank behind a backslash', '[Service]\nExecStart=/bin/a \\ \n b=c', 2, 19],
  ])('%s', (_, text, line, column) => {
    expect(parseUnit('web.service', text).problems).toEqual([expect.objectContaining({line, column})])
  })
})
