import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {configFor, hasHostEntry} from '../../src/lib/hosts/ssh/config.ts'
import {parseConfig} from '../../src/lib/hosts/ssh/config-sections.ts'
import {readConfigs} from '../../src/lib/hosts/ssh/read-config.ts'
import {type LocalSide, parseJump, type SshSettings, settingsOf} from '../../src/lib/hosts/ssh/settings.ts'

const directory = mkdtempSync(join(tmpdir(), 'meissa-ssh-config-'))
afterAll(() => rmSync(directory, {recursive: true, force: true}))

const user = execFileSync('id', ['-un'], {encoding: 'utf8'}).trim()
const local: LocalSide = {
  home: '/home/me',
  user,
  hostname: 'desk.example.com',
  uid: 1000,
  environment: {SSH_AUTH_SOCK: '/run/agent', KEYS: '/keys'},
}

function settings(text: string, host = 'web', given: {user?: string} = {}): SshSettings {
  return settingsOf(configFor([parseConfig(text, 'config')], {host, localUser: user, ...given}), host, local)
}

/** What of an answer of `ssh -G` we understand as well, in its words. */
const keys = [
  ...['hostname', 'user', 'port', 'identityfile', 'identitiesonly', 'identityagent', 'proxyjump', 'hostkeyalias'],
  ...['stricthostkeychecking', 'connecttimeout', 'userknownhostsfile', 'globalknownhostsfile', 'forwardagent'],
]
const numbers = {yes: 'true', ask: 'ask', 'accept-new': 'accept-new', no: 'false'}

/** Our values in the form of `ssh -G`. */
function ours(text: string, host: string): Record<string, string[]> {
  const values = configFor([parseConfig(text, 'config')], {host, localUser: user})
  const found: Record<string, string[]> = {hostname: [host], user: [user], port: ['22'], stricthostkeychecking: ['ask']}
  for (const key of keys) {
    const value = values.get(key)
    if (value !== undefined) found[key] = /hostsfile$/.test(key) ? [value.join(' ')] : [...value]
  }
  const checking = Object.entries(numbers).find(([name]) => name === found.stricthostkeychecking?.[0])?.[1]
  return {
    ...found,
    stricthostkeychecking: [checking ?? found.stricthostkeychecking?.[0] ?? ''],
    hostname: [(found.hostname?.[0] ?? '').replaceAll('%h', host)],
  }
}

function theirs(text: string, host: string): Record<string, string[]> {
  const file = join(directory, 'config')
  writeFileSync(file, text)
  const found: Record<string, string[]> = {}
  for (const line of execFileSync('ssh', ['-F', file, '-G', host], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).split(
    '\n',
  )) {
    const [key = '', ...words] = line.split(' ')
    if (keys.includes(key)) found[key] = [...(found[key] ?? []), words.join(' ')]
  }
  return found
}

describe('what the config says of a host is what ssh -G says', () => {
  test.each([
    ['nothing', '', 'web'],
    ['the first value counts', 'Host web\n  User a\n  Port 2022\nHost *\n  User b\n  Port 22\n  HostKeyAlias alias\n', 'web'],
    ['before all blocks', 'User early\nHost web\n  User late\n', 'web'],
    ['keys in any case, and equals signs', 'HOST web\n  hOsTnAmE=10.1.2.3\n  PORT = 2201\n', 'web'],
    ['patterns', 'Host w?b db*\n  User a\nHost web\n  User b\n', 'web'],
    ['a question mark is one character', 'Host web?\n  User a\n', 'web'],
    ['a dot is a dot', 'Host a.b\n  User a\n', 'axb'],
    ['negation', 'Host * !web\n  User a\nHost web\n  Port 99\n', 'web'],
    ['negation that is for another', 'Host * !db\n  User a\n', 'web'],
    ['identity files add up', 'Host web\n  IdentityFile ~/a\nHost *\n  IdentityFile "/b c"\n  IdentityFile ~/a\n', 'web'],
    ['%h in HostName', 'Host web\n  HostName %h.example.com\n', 'web'],
    ['a jump', 'Host web\n  ProxyJump me@a:2222,b\nHost *\n  ProxyJump none\n', 'web'],
    ['several known_hosts files', 'UserKnownHostsFile /a /b\nGlobalKnownHostsFile /dev/null\n', 'web'],
    ['checking', 'Host web\n StrictHostKeyChecking accept-new\n', 'web'],
    ['checking no', 'StrictHostKeyChecking no\n', 'web'],
    ['comments behind values', 'Host web # the web\n  User a # not b\n# User c\n', 'web'],
    ['Match host follows HostName', 'Host web\n  HostName 10.0.0.1\nMatch host 10.0.0.*\n  User inner\n', 'web'],
    ['Match originalhost', 'Match originalhost web,db\n  User a\n', 'db'],
    ['Match user', 'Host web\n  User a\nMatch user a\n  Port 7\n', 'web'],
    ['Match negated', 'Match !originalhost web\n  User a\nMatch originalhost web\n  User b\n', 'web'],
    ['Match all', 'Match all\n  User everyone\n', 'web'],
    ['Match final', 'Host web\n  HostName 10.0.0.1\nMatch final host 10.0.0.1\n  Port 8\n', 'web'],
    ['Match of two', 'Match originalhost web user nobody-here\n  Port 8\n', 'web'],
    ['timeouts', 'ConnectTimeout 7\nForwardAgent yes\nIdentitiesOnly yes\n', 'web'],
    ['tabs, blank lines, no last newline', '\n\nHost\tweb\n\n\tUser\ta\n\n\tPort 3', 'web'],
  ])('%s', (_, text, host) => {
    const got = ours(text, host)
    const said = theirs(text, host)
    expect(Object.fromEntries(Object.keys(got).map(key => [key, said[key]]))).toEqual(got)
  })
})

test.each([
  {name: 'web', text: 'Host web\n', has: true},
  {name: 'web-1', text: 'Host web-* !web-2\n', has: true},
  {name: 'web-2', text: 'Host web-* !web-2\n', has: false},
  {name: 'web', text: 'Host *\n', has: false},
  {name: 'web', text: 'Host * web\n', has: true},
  {name: 'web', text: '', has: false},
])('$text names $name: $has', ({name, text, has}) => {
  expect(hasHostEntry([parseConfig(text, 'config')], name)).toBe(has)
})

describe('settings', () => {
  test('defaults', () => {
    expect(settings('')).toEqual({
      ...{
        hostName: undefined,
        user,
        port: 22,
        identitiesChosen: false,
        identitiesOnly: false,
        agentSocket: '/run/agent',
        jumps: [],
      },
      identityFiles: ['/home/me/.ssh/id_ed25519', '/home/me/.ssh/id_ecdsa', '/home/me/.ssh/id_rsa'],
      userKnownHosts: ['/home/me/.ssh/known_hosts', '/home/me/.ssh/known_hosts2'],
      globalKnownHosts: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      ...{hostKeyAlias: undefined, hostKeyChecking: 'ask', connectTimeoutSeconds: undefined, forwardAgent: false},
    })
  })

  test.each([
    ['~/keys/%h-%r-%p', '/home/me/keys/10.0.0.1-core-2222'],
    ['%d/%u@%l', `/home/me/${user}@desk.example.com`],
    ['${KEYS}/%n/%L/%i', '/keys/web/desk/1000'],
    ['/100%%', '/100%'],
  ])('IdentityFile %s is %s', (written, path) => {
    const text = `Host web\n HostName 10.0.0.1\n User core\n Port 2222\n IdentityFile ${written}\n`
    expect(settings(text).identityFiles).toEqual([path])
  })

  test.each([
    ['IdentityAgent none', undefined],
    ['IdentityAgent SSH_AUTH_SOCK', '/run/agent'],
    ['IdentityAgent $KEYS', '/keys'],
    ['IdentityAgent ~/agent', '/home/me/agent'],
  ])('%s is %s', (text, socket) => {
    expect(settings(text).agentSocket).toBe(socket)
  })

  test('who was named on the command line weighs more', () => {
    expect(settings('User a\nMatch user b\n Port 7\n', 'web', {user: 'b'})).toMatchObject({user: 'b', port: 7})
  })

  test.each([
    ['Port 0', 'Port: "0" is no port'],
    ['Port x', 'Port: "x" is no port'],
    ['StrictHostKeyChecking maybe', 'StrictHostKeyChecking: "maybe" is no choice'],
    ['ProxyCommand nc %h %d', '%d is no token'],
    ['IdentityFile %y', '%y is no token'],
    ['IdentityFile ${NOPE}', 'there is no variable NOPE'],
    ['ProxyJump a,:x', '":x" is no host to go through'],
  ])('%s is refused', (text, told) => {
    expect(() => settings(text)).toThrow(told)
  })

  test.each(['Host web\n User "a\n', 'Match user\n User a\n'])('%j is refused with the name of the file', text => {
    expect(() => parseConfig(text, '/x/config')).toThrow('/x/config')
  })

  test('ProxyJump before ProxyCommand counts, as does ProxyCommand none', () => {
    expect(settings('ProxyJump a\nProxyCommand nc\n')).toMatchObject({jumps: [{host: 'a'}], proxyCommand: undefined})
    expect(settings('ProxyCommand nc\nProxyJump a\n')).toMatchObject({jumps: [], proxyCommand: 'nc'})
    expect(settings('ProxyCommand none\nProxyJump a\n')).toMatchObject({jumps: [], proxyCommand: undefined})
  })

  test.each([
    ['ProxyCommand nc %h %p', 'nc 10.0.0.9 2222'],
    ['ProxyCommand=nc %n', 'nc web'],
    ['proxycommand = ssh -W "[%h]:%p" %r@"a  b"  ', 'ssh -W "[10.0.0.9]:2222" root@"a  b"'],
    ["ProxyCommand sh -c 'echo 100%% ${HOME}' # so", "sh -c 'echo 100% ${HOME}' # so"],
    ['ProxyCommand\nHost other\n ProxyCommand nc other\nHost web\n ProxyCommand nc web', undefined],
    ['Host other\n ProxyCommand nc other\nHost web\r\n\tProxyCommand nc web\r', 'nc web'],
  ])('%j is a command for the shell', (text, command) => {
    expect(settings(`${text}\nHost web\n HostName 10.0.0.9\n Port 2222\n`).proxyCommand).toBe(command)
  })
})

test.each([
  ['bastion', {host: 'bastion'}],
  ['core@bastion', {host: 'bastion', user: 'core'}],
  ['core@bastion:2222', {host: 'bastion', user: 'core', port: 2222}],
  ['10.0.0.1:22', {host: '10.0.0.1', port: 22}],
  ['[fd00::1]:2222', {host: 'fd00::1', port: 2222}],
  ['fd00::1', {host: 'fd00::1'}],
  ['ssh://core@bastion:2222/', {host: 'bastion', user: 'core', port: 2222}],
])('a jump %s', (text, jump) => {
  expect(parseJump(text)).toEqual(jump)
})

test('included files count where they stand, relative to ~/.ssh, and only within their block', async () => {
  const home = join(directory, 'home')
  const ssh = join(home, '.ssh')
  mkdirSync(join(ssh, 'conf.d'), {recursive: true})
  writeFileSync(join(ssh, 'config'), 'Host db\n Include only-db\nHost *\n User last\n Include conf.d/*.conf nowhere\n')
  writeFileSync(join(ssh, 'only-db'), 'Port 5432\n')
  writeFileSync(join(ssh, 'conf.d/a.conf'), 'Host web\n Port 1\n User never\n')
  writeFileSync(join(ssh, 'conf.d/b.conf'), 'Host web\n Port 2\n HostName b\n')
  const [files] = await readConfigs(undefined, {...local, home})
  const of = (host: string) => Object.fromEntries(configFor([files ?? []], {host, localUser: user}))
  expect(of('web')).toEqual({user: ['last'], port: ['1'], hostname: ['b']})
  expect(of('db')).toEqual({user: ['last'], port: ['5432']})
  expect(await readConfigs('none', local)).toEqual([])
  await expect(readConfigs('/nope/config', local)).rejects.toThrow('/nope/config cannot be read')
})
