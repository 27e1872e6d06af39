import {stripVTControlCharacters} from 'node:util'
import {Chalk} from 'chalk'
import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {renderVerification, type VerifyView} from '../../src/lib/cli/verify/page.ts'
import {type GivenFile, verificationJson, verifyFiles} from '../../src/lib/cli/verify/verify.ts'

const plain: Omit<VerifyView, 'given'> = {quiet: false, pages: false, terminal: {}, chalk: new Chalk({level: 0})}

function render(given: readonly GivenFile[], view: Partial<VerifyView> = {}): string {
  return renderVerification(verifyFiles(given), {...plain, given, ...view})
}

const file = (name: string, text: GivenFile['text']): GivenFile => ({file: `units/${name}`, unit: name, text})

const good = file('good.service', '[Container]\nImage=nginx\n')
const bad = file('bad.service', '[Container]\nImage=nginx\n[Service]\nRestart=alwas\nTyp=simple\n')
const systemd = file('plain.service', '[Unit]\nRequires=docker.service\n[Service]\nExecStart=/bin/x\nKillMode=none\n')
const missing = file('none.service', {message: 'there is no such file'})

describe('what is told of files', () => {
  test('problems like a compiler’s, what became of each, and the sum', () => {
    expect(render([good, bad, systemd, missing])).toBe(`● units/good.service: ok, docker: it has a [Container] section
units/bad.service:4:9: error: [Service] Restart: 'alwas' is not understood; write Restart=always
units/bad.service:5:1: warning: [Service] Typ: unknown key, which systemd passes over; write Type=
● units/bad.service: refused with 1 error
units/plain.service:2:10: note: [Unit] Requires: 'docker.service' counts as satisfied on a machine that has no such unit
units/plain.service:5:1: warning: [Service] KillMode: leaves processes behind, and systemd is giving it up; write KillMode=mixed
● units/plain.service: ok with 1 warning, systemd: ExecStart= (line 4) runs /bin/x, which is no docker run line
units/none.service: error: there is no such file
● units/none.service: refused with 1 error
4 files: 2 ok (1 docker, 1 systemd), 2 refused; 2 errors, 2 warnings
`)
  })

  test('quietly: errors and warnings only', () => {
    expect(render([good, systemd], {quiet: true})).toBe(
      'units/plain.service:5:1: warning: [Service] KillMode: leaves processes behind, and systemd is giving it up; write KillMode=mixed\n',
    )
  })

  test('on a terminal: each with the line it stands in', () => {
    const text = render([bad], {quiet: true, terminal: {isTTY: true, columns: 80}})
    expect(text.split('\n').slice(0, 3)).toEqual([expect.stringMatching(/^units/), '    Restart=alwas', '            ^'])
  })

  test.each([20, 40, 60, 200])(
    'on a terminal of %i columns: no source line is longer, and the caret stays below its word',
    columns => {
      const long = `Environment=${'A=b '.repeat(30)}oops ${'C=d '.repeat(30)}`
      const lines = render([file('a.service', `[Container]\nImage=a\n[Service]\n${long}\n`)], {
        quiet: true,
        terminal: {isTTY: true, columns},
      }).split('\n')
      const [, source = '', caret = ''] = lines
      expect(source.length).toBeLessThanOrEqual(Math.max(24, columns))
      expect(source.slice(caret.indexOf('^'))).toMatch(/^oops/)
    },
  )

  test('in colours: the same words', () => {
    const coloured = render([good, bad, systemd], {chalk: new Chalk({level: 1})})
    expect(coloured).toContain('\u001B[')
    expect(stripVTControlCharacters(coloured)).toBe(render([good, bad, systemd]))
  })

  test('without what would move the cursor', () => {
    const odd: GivenFile = {file: 'a\u001B[2J\n.service', unit: 'a.service', text: '[Container]\nImage=\u001B[2J\n[X\u0007]\n'}
    const text = render([odd], {pages: true, terminal: {isTTY: true, columns: 80}})
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(text).toMatch(/^a \[2J \.service:/)
  })
})

describe('the page of a file', () => {
  test.each<[name: string, unit: string, text: string, lines: string]>([
    [
      'that Docker runs',
      'web@3.service',
      `[Unit]
Description=Web %i
[Container]
Image=nginx
ContainerName=web
Exec=serve --name "a b"
Environment=A=b C=d
EnvironmentFile=/etc/web.env
PublishPort=8080:80
PublishPort=127.0.0.1::81/udp
Volume=/srv:/data:ro
Network=host
Memory=512m
AddCapability=NET_ADMIN
ReadOnly=true
ReadOnlyTmpfs=false
[Service]
Restart=always
RestartSec=5
TimeoutStartSec=0
TimeoutStopSec=90
LimitNOFILE=5
[X-Fleet]
MachineMetadata="role=web" "zone=a"
MachineMetadata=zone=b
MachineOf=db.service
Conflicts=web@*.service
OnDisconnect=stop
`,
      `● units/web@3.service: ok, docker: it has a [Container] section
       Unit: web@3.service - Web 3
      Image: nginx
       Name: web
    Command: serve --name 'a b'
        Env: A=b
             C=d
  Env files: /etc/web.env
      Ports: 8080:80/tcp
             127.0.0.1::81/udp on any free port
    Network: host
     Mounts: /srv:/data:ro
     Limits: memory 512M
             nofile 5
  Read only: yes
    Cap add: NET_ADMIN
      Needs: /etc/web.env
      Place: any machine with role=web and zone=a or b
             beside db.service
             apart from web@*.service
             stops when its machine is cut off
    Restart: always, after 5s, 5 starts in 10s at most
   Timeouts: start without limit, stop 1min 30s
`,
    ],
    [
      'that systemd runs',
      'job.service',
      `[Service]
Type=oneshot
RemainAfterExit=yes
EnvironmentFile=/etc/job
ExecStart=/bin/x
StartLimitBurst=0
Restart=on-failure
[X-Fleet]
Global=true
MachineMetadata=role=web
`,
      `● units/job.service: ok, systemd: ExecStart= (line 5) runs /bin/x, which is no docker run line
      Unit: job.service
  Programs: /bin/x
     Needs: /etc/job
     Place: every machine with role=web
      Type: oneshot, active after it has ended
   Restart: on-failure, after 100ms, without a limit
`,
    ],
    [
      'that is no service',
      'job.timer',
      '[Timer]\nOnCalendar=daily\n[X-Fleet]\nMachineID=abc\n',
      `● units/job.timer: ok, systemd: it is a .timer unit
      Unit: job.timer
     Place: machine abc
`,
    ],
  ])('%s', (_, name, text, lines) => {
    expect(render([file(name, text)], {pages: true}).replaceAll(/^ +/gm, ' ')).toBe(lines.replaceAll(/^ +/gm, ' '))
  })

  test('of a unit that is not named as its file', () => {
    const text = render([{file: 'units/web@.service', unit: 'web@3.service', text: good.text}])
    expect(text).toBe('● units/web@.service as web@3.service: ok, docker: it has a [Container] section\n')
  })

  test('is not there when it is refused', () => {
    expect(render([bad], {pages: true})).toBe(render([bad]))
  })
})

test('as JSON: what is not known is null, and a time without end a word', () => {
  const service = file('a.service', '[Container]\nImage=a\nNope\n')
  const endless = file('b.service', '[Container]\nImage=a\n[Service]\nTimeoutStopSec=infinity\n')
  expect(JSON.parse(verificationJson(verifyFiles([service, endless, missing])))).toMatchObject({
    files: [
      {
        file: 'units/a.service',
        unit: 'a.service',
        ok: false,
        driver: 'docker',
        whyNot: 'it has a [Container] section',
        container: null,
        placement: null,
        service: null,
        needs: null,
        problems: [{severity: 'error', line: 3, column: 1, message: expect.any(String), remedy: expect.any(String)}],
      },
      {ok: true, container: {image: 'a'}, service: {timeoutStopSeconds: 'infinity'}, placement: {global: false}, problems: []},
      {ok: false, driver: null, problems: [{severity: 'error', line: 0, message: 'there is no such file'}]},
    ],
    errors: 2,
    warnings: 0,
    notes: 0,
  })
})

test('whatever the texts: a verdict for each, which is bad exactly when something is an error', () => {
  const line = fc.oneof(
    fc.constantFrom('[Unit]', '[Service]', '[Container]', '[X-Fleet]', '[Timer]', 'Image=a', 'Type=oneshot', 'KillMode=none'),
    fc.stringMatching(
      /^(Requires|BindsTo|After|MachineOf|Conflicts|PublishPort|ContainerName|Environment)=[a-b@%i.*"= ]{0,12}(\.service)?$/,
    ),
    fc.stringMatching(/^Exec(Start|StartPre|Stop)=-?(docker (run|start|pull|rm) )?[-a-z =$%;/"']{0,30}$/),
    fc.string(),
  )
  const given = fc.array(
    fc.record({
      file: fc.string(),
      unit: fc.constantFrom('a.service', 'b.service', 'a@.service', 'a@1.service', 'a.timer', 'none'),
      text: fc.array(line).map(lines => lines.join('\n')),
    }),
    {maxLength: 4},
  )
  fc.assert(
    fc.property(given, files => {
      const verification = verifyFiles(files)
      for (const {ok, problems} of verification.files) expect(ok).toBe(problems.every(({severity}) => severity !== 'error'))
      expect(JSON.parse(verificationJson(verification)).files).toHaveLength(files.length)
      const text = renderVerification(verification, {...plain, given: files, pages: true, terminal: {isTTY: true, columns: 30}})
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    }),
    {numRuns: 500},
  )
})
