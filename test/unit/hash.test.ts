import {describe, expect, test} from 'vitest'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {fileHash, runHash} from '../../src/lib/unit/hash.ts'

const base = `[Unit]
Description=Web
[Container]
Image=nginx:1.27
Environment=A=1
Environment=B=2
[Service]
Restart=always
MemoryMax=512M
[X-Fleet]
Conflicts=web@*.service
`
const hashOf = (text: string, name = 'web@1.service') => runHash(name, parseUnitFile(text).file)

describe('the hash of a run', () => {
  test('is the same for ever, since running containers are kept by it', () => {
    expect(hashOf(base)).toBe('c65dc18b6bec9b31ca586c3aebc630a3cf6dae980a7b0e39dcf57d5c278b8f13')
    expect(fileHash(base)).toBe('5bc609f0e5c4d10cebeb4fe303e9512b5f18dade1389127f91497d843e5ac755')
  })

  test('is the same for ever, also where the text is odd', () => {
    const odd =
      '\uFEFF[Service]\r\nExecStart=/usr/bin/docker run \\\r\n  # why\r\n  --name %n "a  b" \\\r\n  nginx\r\nEnvironment=\r\n[Service]\r\n ExecStart = x = y \r\n'
    expect(hashOf(odd)).toBe('4d9927f7d8daa9d8b9646bf836af21e668634dd274d18740cdd354d4468b0727')
  })

  test.each([
    ['a comment', base.replace('[Container]', '# hello\n[Container]\n; there')],
    ['blank lines and blanks', base.replaceAll('\n', '\n\n').replace('Image=', '  Image = ')],
    ['placement', base.replace('web@*.service', 'db@*.service')],
    ['no placement', base.replace(/\[X-Fleet\][\s\S]*/, '')],
    ['the description', base.replace('=Web', '=Other')],
    ['[Install]', `${base}[Install]\nWantedBy=multi-user.target\n`],
    ['the restart policy', base.replace('Restart=always', 'Restart=no\nRestartSec=5\nStartLimitBurst=2\nType=oneshot')],
    ['timeouts', `${base}[Service]\nTimeoutStopSec=300\nKillMode=mixed\n`],
    [
      'the order of different keys',
      base.replace('Image=nginx:1.27\n', '').replace('Environment=B=2', 'Environment=B=2\nImage=nginx:1.27'),
    ],
    [
      'the order of sections',
      base.replace(/\[Service\][\s\S]*?(?=\[X-)/, '').replace('[Container]', '[Service]\nMemoryMax=512M\n[Container]'),
    ],
  ])('is not changed by %s', (_, text) => {
    expect(hashOf(text)).toBe(hashOf(base))
  })

  test.each([
    ['the image', base.replace('1.27', '1.28')],
    ['a variable', base.replace('A=1', 'A=2')],
    ['the order of one key', base.replace('Environment=A=1\nEnvironment=B=2', 'Environment=B=2\nEnvironment=A=1')],
    ['a limit', base.replace('512M', '1G')],
    ['an Exec line', `${base}[Service]\nExecStart=/bin/true\n`],
    ['a policy key in another section', `${base}[Container]\nRestart=no\n`],
  ])('is changed by %s', (_, text) => {
    expect(hashOf(text)).not.toBe(hashOf(base))
  })

  test("is changed by the unit's name, for its specifiers", () => {
    expect(hashOf(base, 'web@2.service')).not.toBe(hashOf(base))
  })
})
