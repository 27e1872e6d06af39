import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {appendFile, chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {afterAll, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest'
import {exitCodes} from '../../src/lib/base/errors.ts'
import {forwardTo} from '../../src/lib/hosts/forward-to.ts'
import type {Host, HostProcess} from '../../src/lib/hosts/host.ts'
import type {Ask} from '../../src/lib/hosts/ssh/ask.ts'
import {openSsh, type SshOptions, type SshTarget} from '../../src/lib/hosts/ssh/open-ssh.ts'
import {until} from '../fakes/until.ts'
import {type Host as BedHost, type Hosts, openHosts} from '../hosts/open-hosts.ts'
import {whyNoHostsToTest} from '../hosts/requirements.ts'

vi.setConfig({testTimeout: 60_000})

let lack: string | undefined
let bed: Hosts
let first: BedHost
let second: BedHost
let directory: string
let agentPid = ''
const opened: Host[] = []
const said: string[] = []

beforeAll(async () => {
  lack = await whyNoHostsToTest()
  if (lack !== undefined) return
  directory = await mkdtemp(join(tmpdir(), 'meissa-ssh-'))
  bed = await openHosts({count: 2, agent: false})
  const [one, two] = bed.hosts
  if (one === undefined || two === undefined) throw new Error('two hosts were asked for')
  first = one
  second = two
  makeKey('other', '')
  makeKey('locked', 'open sesame')
  const keys = await Promise.all(['other', 'locked'].map(name => readFile(at(`${name}.pub`), 'utf8')))
  const made = await first.ssh(`set -e
    useradd -m -s /bin/bash core; echo core:secret | chpasswd
    mkdir -p ~core/.ssh; printf '%s' '${keys.join('')}' > ~core/.ssh/authorized_keys; cat ~/.ssh/authorized_keys >> ~core/.ssh/authorized_keys
    chown -R core: ~core/.ssh
    ssh-keygen -q -t ecdsa -N '' -f /root/ecdsa
    ssh-keygen -q -t rsa -N '' -f /root/rsa
    printf 'HostKey /root/ecdsa\\nUsePAM yes\\n' > /root/sshd_2222
    /usr/sbin/sshd -p 2224 -h /etc/ssh/ssh_host_ed25519_key -h /root/rsa
    /usr/sbin/sshd -p 2222 -f /root/sshd_2222 -o AllowStreamLocalForwarding=no -o AllowTcpForwarding=no -o AllowAgentForwarding=no
    /usr/sbin/sshd -p 2223 -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no -o MaxAuthTries=2`)
  if (made.code !== 0) throw new Error(`the host could not be prepared: ${made.stderr}`)
  const agent = execFileSync('ssh-agent', ['-s', '-a', at('agent')], {encoding: 'utf8'})
  agentPid = /SSH_AGENT_PID=(\d+)/.exec(agent)?.[1] ?? ''
  execFileSync('ssh-add', ['-q', at('other')], {env: {...process.env, SSH_AUTH_SOCK: at('agent')}, stdio: 'ignore'})
}, 600_000)
beforeEach(context => {
  context.skip(lack !== undefined, `no whole machines here: ${lack}`)
  return () => {
    for (const host of opened.splice(0)) host.close()
    said.length = 0
  }
})
afterAll(async () => {
  if (agentPid !== '') process.kill(Number(agentPid))
  await bed?.close()
  if (directory !== undefined) await rm(directory, {recursive: true, force: true})
})

const at = (name: string) => join(directory, name)

function makeKey(name: string, passphrase: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', at(name)])
}

/** Connects with a config of these lines, before those of the bed. */
async function reach(
  target: Partial<SshTarget>,
  options: Partial<SshOptions> & {readonly config?: string; readonly bare?: boolean} = {},
): Promise<Host> {
  const {config = '', bare = false, ...others} = options
  const file = at(`config-${Math.random()}`)
  const isolated = `Host *\nUserKnownHostsFile ${at('empty')}\nGlobalKnownHostsFile /dev/null\nIdentitiesOnly yes\nIdentityFile /nope\nIdentityAgent none\n`
  await writeFile(file, `${config}\n${bare ? isolated : `Match all\nInclude ${bed.sshConfig}\n`}`)
  const signal = new AbortController().signal
  const host = await openSsh(
    {names: [first.name], ...target},
    {configFile: file, say: line => said.push(line), signal, ...others},
  )
  opened.push(host)
  return host
}

async function outcome(program: HostProcess) {
  const [stdout, stderr, end] = await Promise.all([text(program.stdout), text(program.stderr), program.ended])
  return {stdout, stderr, end}
}

/** Whether programs with these words in their command line run here. */
function processesOf(words: string): boolean {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .some(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(words)
      } catch {
        return false
      }
    })
}

const says = async (host: Host, command: string) => (await outcome(await host.shell(command))).stdout.trim()

async function refusal(act: Promise<unknown>): Promise<{message: string; hint: string; exitCode: number}> {
  return act.then(
    () => {
      throw new Error('it was not refused')
    },
    error => ({message: error.message, hint: error.hint ?? '', exitCode: error.exitCode}),
  )
}

/** Answers questions in turn, and keeps them. */
function answers(...given: readonly string[]): Ask & {asked: string[]} {
  const asked: string[] = []
  const left = [...given]
  return Object.assign(
    async (question: string) => {
      asked.push(question)
      return left.shift() ?? ''
    },
    {asked},
  )
}

describe('programs', () => {
  test('get their words as they are, and their streams and exit code are passed on', async () => {
    const host = await reach({})
    expect(host.name).toBe(`host1 (${first.address})`)
    const program = await host.run(['sh', '-c', 'echo "$1"; echo err >&2; exit 7', 'sh', "a 'b' $c"])
    expect(await outcome(program)).toEqual({stdout: "a 'b' $c\n", stderr: 'err\n', end: {code: 7}})
  })

  test('read what is written to them, to its end, however much it is', async () => {
    const program = await (await reach({})).run(['sha256sum'])
    const cat = await (opened[0] ?? (await reach({}))).run(['cat'])
    const large = 'x'.repeat(20_000_000)
    program.stdin.end(large)
    cat.stdin.end(large)
    expect((await outcome(cat)).stdout).toBe(large)
    expect((await outcome(program)).stdout).toMatch(/^[0-9a-f]{64} {2}-\n$/)
  })

  test('tell the signal that ended them', async () => {
    const host = await reach({})
    expect((await outcome(await host.shell('kill -TERM $$'))).end).toEqual({code: 143, signal: 'TERM'})
    expect((await outcome(await host.shell('kill -KILL $$'))).end).toEqual({code: 137, signal: 'KILL'})
  })

  test('can be asked to end, where the user is not root', async () => {
    const host = await reach({user: 'core'})
    const sleeping = await host.run(['sh', '-c', 'echo up; exec sleep 1000'])
    // Before a program runs sshd has nothing to pass a signal to.
    await new Promise(resolve => sleeping.stdout.once('data', resolve))
    sleeping.kill('INT')
    expect((await outcome(sleeping)).end).toEqual({code: 130, signal: 'INT'})
  })

  test('are given up when the signal aborts, whatever they do', async () => {
    const host = await reach({})
    const controller = new AbortController()
    const sleeping = await host.run(['sleep', '30'], {signal: controller.signal})
    controller.abort(new Error('enough'))
    await expect(sleeping.ended).rejects.toThrow('enough')
    const other = await host.run(['sleep', '30'])
    other.kill('KILL')
    expect(await other.ended).toEqual({code: 137, signal: 'KILL'})
  })

  test('have a terminal of the size that was asked for, and of the one it gets', async () => {
    const host = await reach({})
    const program = await host.shell('stty size; tty; echo $TERM; echo err >&2; read line; stty size', {
      terminal: {term: 'xterm', columns: 100, rows: 33},
    })
    let shown = ''
    program.stdout.on('data', chunk => {
      shown += chunk
    })
    await until('it waits', () => shown.includes('err'))
    program.resize({columns: 120, rows: 44})
    await until('the size is there', async () => {
      program.stdin.write('\n')
      return shown.includes('44 120')
    })
    expect(await program.ended).toEqual({code: 0})
    expect(shown).toMatch(/^33 100\r\n\/dev\/pts\/\d+\r\nxterm\r\nerr\r\n/)
  })

  test('without a command there is a login shell', async () => {
    const shell = await (await reach({user: 'core'})).shell(undefined)
    shell.stdin.end('echo "$0 $USER $PWD"; exit 3\n')
    expect(await outcome(shell)).toMatchObject({stdout: expect.stringContaining('-bash core /home/core\n'), end: {code: 3}})
  })
})

describe('streams', () => {
  test('to a unix socket: the Docker of the host', async () => {
    const socket = await (await reach({})).openSocket('/run/docker.sock')
    socket.write('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK.*OK$/s)
  })

  test('to an address as the host sees it', async () => {
    const socket = await (await reach({})).openTcp(second.address, 22)
    socket.once('data', () => socket.end())
    expect(await text(socket)).toMatch(/^SSH-2\.0-OpenSSH/)
  })

  test('that lead nowhere are refused, with the reason', async () => {
    const host = await reach({})
    expect(await refusal(host.openSocket('/nope'))).toMatchObject({
      message: `host1 (${first.address}): no connection to /nope: open failed`,
      exitCode: exitCodes.unreachable,
    })
    expect((await refusal(host.openTcp('127.0.0.1', 1))).message).toContain('no connection to 127.0.0.1:1: Connection refused')
    const closed = await reach({port: 2222}, {strictHostKeyChecking: false, knownHostsFile: at('closed')})
    expect((await refusal(closed.openTcp('127.0.0.1', 22))).message).toContain('its sshd does not allow that')
    expect((await refusal(closed.openSocket('/run/docker.sock'))).hint).toContain('AllowStreamLocalForwarding')
  })

  test('forwarded from a socket here: both ways, and a client that breaks troubles nobody', async () => {
    const host = await reach({})
    const forward = await forwardTo(host, {socket: '/run/docker.sock'})
    try {
      const ping = async () => {
        const socket = connect(forward.path).on('error', () => {})
        socket.write('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n')
        return text(socket)
      }
      expect(await Promise.all([ping(), ping(), ping()])).toEqual(Array(3).fill(expect.stringContaining('200 OK')))
      const broken = connect(forward.path)
      broken.write('GET /events HTTP/1.1\r\nHost: docker\r\n\r\n')
      await new Promise(resolve => broken.once('data', resolve))
      broken.destroy()
      expect(await ping()).toContain('200 OK')
      host.close()
      expect(await ping().catch(() => '')).toBe('')
    } finally {
      await forward.close()
    }
  })
})

describe('the key of the host', () => {
  const hostKey = async (host: BedHost) =>
    (await host.ssh('ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key | cut -d" " -f1,2')).stdout.trim()
  const login = () => `Host *\nUser root\nIdentityFile ${bed.identity}\n`
  const known = async (lines: string) => {
    const file = at(`known-${Math.random()}`)
    await writeFile(file, lines)
    return file
  }

  test('that is not known is refused with the line that would make it known', async () => {
    const options = {config: login(), bare: true, knownHostsFile: at('none-yet')}
    const {message, hint, exitCode} = await refusal(reach({names: [first.address]}, options))
    expect(exitCode).toBe(exitCodes.unreachable)
    expect(message).toMatch(/^the host key of root@\S+ is not known: ED25519 SHA256:\S{43}$/)
    execFileSync('sh', ['-c', /echo .*/.exec(hint)?.[0] ?? 'false'])
    expect(await says(await reach({names: [first.address]}, options), 'hostname')).toBe('host1')
  })

  test('is asked about, and then known; directory and file are the user’s own', async () => {
    await mkdir(at('fresh'))
    const file = at('fresh/.ssh/known_hosts')
    const ask = answers('what?', 'yes')
    const options = {config: login(), bare: true, knownHostsFile: file, ask}
    expect(await says(await reach({names: [first.address]}, options), 'hostname')).toBe('host1')
    expect(ask.asked).toEqual([
      expect.stringMatching(/ED25519 SHA256:\S+\.\n.*yes\/no\/\[fingerprint\]/),
      expect.stringContaining("'yes', 'no'"),
    ])
    expect(await readFile(file, 'utf8')).toBe(`${first.address} ${await hostKey(first)}\n`)
    expect([(await stat(file)).mode & 0o777, (await stat(at('fresh/.ssh'))).mode & 0o777]).toEqual([0o600, 0o700])
    await reach({names: [first.address]}, {...options, ask: undefined})
    expect(said).toEqual([expect.stringContaining('is known from now on')])
  })

  test.each([
    ['no', 'no', false],
    ['nothing', '', false],
    ['another fingerprint', 'SHA256:abc', false],
    ['the fingerprint', 'fingerprint', true],
  ])('and the answer %s', async (_, answer, accepted) => {
    const mark = (await first.ssh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key | cut -d' ' -f2")).stdout.trim()
    const ask = answers(answer === 'fingerprint' ? mark : answer)
    const trying = reach({names: [first.address]}, {config: login(), bare: true, knownHostsFile: await known(''), ask})
    if (accepted) await trying
    else expect((await refusal(trying)).message).toContain('is not known')
  })

  test('a file that does not end its last line keeps it', async () => {
    const file = await known('elsewhere ssh-ed25519 AAAA')
    await reach({names: [first.address]}, {config: login(), bare: true, knownHostsFile: file, strictHostKeyChecking: false})
    expect((await readFile(file, 'utf8')).split('\n')).toEqual([
      'elsewhere ssh-ed25519 AAAA',
      `${first.address} ${await hostKey(first)}`,
      '',
    ])
  })

  test('that is another than the known one is refused, whatever the config says', async () => {
    const file = await known(`# comment\n${first.address} ${await hostKey(second)}\n`)
    for (const strictHostKeyChecking of [true, false]) {
      const options = {
        config: `${login()}StrictHostKeyChecking no\n`,
        bare: true,
        knownHostsFile: file,
        strictHostKeyChecking,
        ask: answers('yes'),
      }
      const {message, hint, exitCode} = await refusal(reach({names: [first.address]}, options))
      expect(exitCode).toBe(exitCodes.unreachable)
      expect(message).toMatch(/is not the one that is known: it shows ED25519 SHA256:\S+, \S+:2 has SHA256:\S+;/)
      expect(hint).toContain(`ssh-keygen -R '${first.address}' -f ${file}`)
    }
  })

  test('that is revoked is refused, even where it is known', async () => {
    const key = await hostKey(first)
    const file = await known(`${first.address} ${key}\n@revoked * ${key}\n`)
    const options = {config: login(), bare: true, knownHostsFile: file, strictHostKeyChecking: false}
    expect((await refusal(reach({names: [first.address]}, options))).message).toMatch(/is revoked: ED25519 SHA256:\S+, by \S+:2$/)
  })

  test('is asked for in the type that is known, and hashed names are found', async () => {
    const rsa = (await first.ssh('cut -d" " -f1,2 /root/rsa.pub')).stdout.trim()
    const file = await known(`[${first.address}]:2224 ${rsa}\n`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], {stdio: 'ignore'})
    expect(await readFile(file, 'utf8')).toMatch(/^\|1\|/)
    await reach({names: [first.address], port: 2224}, {config: login(), bare: true, knownHostsFile: file})
    const other = await known(`[${first.address}]:2222 ${rsa}\n`)
    const {message} = await refusal(
      reach({names: [first.address], port: 2222}, {config: login(), bare: true, knownHostsFile: other}),
    )
    expect(message).toMatch(/is not known: ECDSA/)
  })

  test('at another port stands under [host]:port, and counts where it is known under the name', async () => {
    const file = await known('')
    const options = {config: login(), bare: true, knownHostsFile: file}
    await reach({names: [first.address], port: 2222}, {...options, strictHostKeyChecking: false})
    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^\\[${first.address}\\]:2222 ecdsa-sha2-nistp256 `))
    await appendFile(file, `web-1 ${await hostKey(first)}\n`)
    await reach({names: ['web-1'], address: first.address}, options)
  })
})

describe('logging in', () => {
  const user = 'core'
  const known = () => `Host *\nUserKnownHostsFile ${bed.knownHosts}\nGlobalKnownHostsFile /dev/null\n`
  const to = () => ({names: [first.address] as [string], user})

  test('by the keys of the agent, which can be let through', async () => {
    const host = await reach(to(), {
      config: `${known()}IdentityAgent ${at('agent')}\nIdentityFile none\nIdentitiesOnly no\n`,
      bare: true,
    })
    const listed = execFileSync('ssh-add', ['-l'], {env: {...process.env, SSH_AUTH_SOCK: at('agent')}, encoding: 'utf8'})
    expect((await outcome(await host.shell('ssh-add -l'))).end.code).not.toBe(0)
    const program = await host.shell('ssh-add -l', {forwardAgent: true})
    expect((await outcome(program)).stdout).toBe(listed)
  })

  test('by ForwardAgent yes of the config, for shells only', async () => {
    const host = await reach(to(), {
      config: `${known()}IdentityAgent ${at('agent')}\nIdentitiesOnly no\nForwardAgent yes\n`,
      bare: true,
    })
    expect((await outcome(await host.run(['ssh-add', '-l']))).end.code).not.toBe(0)
    expect((await outcome(await host.shell('ssh-add -l'))).end.code).toBe(0)
  })

  test('without an agent there is none to let through', async () => {
    const host = await reach({})
    if (process.env.SSH_AUTH_SOCK) return
    await expect(host.shell('true', {forwardAgent: true})).rejects.toThrow('there is no ssh agent to forward')
  })

  test('by a key file with a passphrase, which is asked for thrice', async () => {
    const ask = answers('wrong', 'open sesame')
    await reach({...to(), identity: at('locked')}, {config: known(), bare: true, ask})
    expect(ask.asked).toEqual(Array(2).fill(`Enter passphrase for key '${at('locked')}': `))
    const {message} = await refusal(reach({...to(), identity: at('locked')}, {config: known(), bare: true}))
    expect(message).toContain('it has a passphrase, and nobody to ask for it')
  })

  test('by a password, asked for thrice', async () => {
    const ask = answers('wrong', 'secret')
    expect(await says(await reach(to(), {config: known(), bare: true, ask}), 'whoami')).toBe('core')
    expect(ask.asked.every(question => /password/i.test(question))).toBe(true)
  })

  test('refused: what was tried, what the server takes, what to do', async () => {
    makeKey('stranger', '')
    makeKey('open', '')
    await chmod(at('open'), 0o644)
    const config = `Host *\nIdentityFile ${at('stranger')}\nIdentityFile ${at('open')}\n${known()}`
    const {message, hint, exitCode} = await refusal(
      reach(
        {...to(), port: 2223, names: [first.address]},
        {config, bare: true, strictHostKeyChecking: false, knownHostsFile: at('refused')},
      ),
    )
    expect(exitCode).toBe(exitCodes.unreachable)
    expect(message).toContain(
      `core@${first.address}:2223 does not let core in: tried ${at('stranger')}, /nope (there is no such file), ${at('open')} (not used: others may read it, mode 0644; chmod 600)`,
    )
    expect(message).toContain('; the server allows publickey')
    expect(hint).toContain('--ssh-username')
  })
})

describe('the way', () => {
  test('leads through the jump hosts of the config, each with its own check', async () => {
    const config = `Host inner\n  HostName ${second.address}\n  HostKeyAlias host2\n  ProxyJump host1\n`
    const host = await reach({names: ['inner']}, {config})
    expect(await says(host, 'hostname; echo $SSH_CONNECTION')).toMatch(new RegExp(`^host2\n${first.address} `))
    const wrong = `Host inner\n  HostName ${second.address}\n  HostKeyAlias host1\n  ProxyJump host1\n`
    expect((await refusal(reach({names: ['inner']}, {config: wrong}))).message).toContain('is not the one that is known')
  })

  test('may be a command of the config', async () => {
    const config = `Host inner\n  HostName ${second.address}\n  HostKeyAlias host2\n  ProxyCommand ssh -F "${bed.sshConfig}" -W %h:%p host1\n`
    const host = await reach({names: ['inner']}, {config})
    expect(await says(host, 'hostname; echo $SSH_CONNECTION')).toMatch(new RegExp(`^host2\n${first.address} `))
    const large = 'x'.repeat(5_000_000)
    const cat = await host.run(['cat'])
    cat.stdin.end(large)
    expect((await outcome(cat)).stdout).toBe(large)
    host.close()
    await until('the command is gone', () => !processesOf(`-W ${second.address}:22`))
  })

  test('that is a command which fails is told', async () => {
    for (const [command, how] of [
      ['sh -c "exit 3"', 'its ProxyCommand ended with exit code 3'],
      ['/no/such', 'its ProxyCommand ended with exit code 127'],
      ['true', 'Connection lost before handshake|closed the connection before the login was done'],
    ]) {
      const failing = reach(
        {names: ['inner']},
        {config: `Host inner\n  HostName 10.0.0.1\n  ProxyCommand ${command} 2>/dev/null\n`},
      )
      expect(await refusal(failing)).toMatchObject({message: expect.stringMatching(how ?? ''), exitCode: exitCodes.unreachable})
    }
  })

  test('may be two hosts long, and everything is closed with the last', async () => {
    const config = `Host inner\n  HostName 127.0.0.1\n  HostKeyAlias host2\n  ProxyJump host1,host2\n`
    const host = await reach({names: ['inner']}, {config})
    expect(await says(host, 'hostname; echo $SSH_CONNECTION')).toMatch(/^host2\n127\.0\.0\.1 /)
    host.close()
    await until(
      'no connection is left',
      async () => (await first.ssh("ss -Htn state established '( sport = :22 )' | wc -l")).stdout.trim() <= '1',
    )
  })

  test('does not go round in circles', async () => {
    const host = await reach({names: ['host2']}, {config: 'Host *\n  ProxyJump host1\n'})
    expect(await says(host, 'echo $SSH_CONNECTION')).toMatch(new RegExp(`^${first.address} `))
  })

  test('leads through a host that stands already, which stays', async () => {
    const through = await reach({})
    const host = await reach({names: ['host2'], through})
    expect(await says(host, 'hostname')).toBe('host2')
    host.close()
    expect(await says(through, 'hostname')).toBe('host1')
  })

  test('that is not there is told', async () => {
    expect(await refusal(reach({names: ['127.0.0.1'], port: 9}))).toMatchObject({
      message: expect.stringContaining('nothing listens there'),
      exitCode: exitCodes.unreachable,
    })
    expect((await refusal(reach({names: ['nope.invalid']}))).message).toContain('no ssh connection to')
    const through = `Host inner\n  HostName 127.0.0.1\n  Port 9\n  ProxyJump host1\n`
    expect((await refusal(reach({names: ['inner']}, {config: through}))).message).toContain(
      'no connection to 127.0.0.1:9: Connection refused',
    )
  })

  test('has an end to its patience', async () => {
    const silent = `Host silent\n  HostName ${first.address}\n  Port 4445\n`
    await first.ssh(
      "python3 -c 1 2>/dev/null; perl -e 'use IO::Socket::INET; $s = IO::Socket::INET->new(LocalPort => 4445, Listen => 5, ReuseAddr => 1); exit if fork; close STDIN; close STDOUT; close STDERR; sleep 60'",
    )
    const {message, hint} = await refusal(reach({names: ['silent']}, {config: silent, timeoutSeconds: 0.5}))
    expect(message).toContain('within 0.5s')
    expect(hint).toContain('--ssh-timeout')
  })

  test('ends when the signal aborts', async () => {
    const controller = new AbortController()
    const ask: Ask = (_, {signal}) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const trying = reach(
      {names: [first.address], user: 'root', identity: bed.identity},
      {bare: true, ask, signal: controller.signal},
    )
    const timer = setTimeout(() => controller.abort(new Error('enough')), 300)
    await expect(trying).rejects.toThrow('enough')
    clearTimeout(timer)
  })
})

test('a host that falls silent is lost within twenty seconds, and all that ran there with it', async () => {
  const host = await reach({names: ['host2']})
  const sleeping = await host.run(['sleep', '1000'])
  sleeping.stdout.resume()
  sleeping.stderr.resume()
  await second.cut()
  try {
    const began = performance.now()
    await expect(sleeping.ended).rejects.toThrow(/the connection to host2 .* is lost: it has not answered for 15s/)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(host.lost.aborted).toBe(true)
    expect((await refusal(host.run(['true']))).message).toContain('is lost')
  } finally {
    await second.heal()
  }
})
