/** A dockerd of one's own: started on a socket in a temporary directory, its images kept in the user's cache directory. */
import {spawn, spawnSync} from 'node:child_process'
import {closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {request} from 'node:http'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

const startSeconds = 30
const stopSeconds = 20
/** So many can run at once, each with its own data. */
const slots = 8
const slotTaken = 75

/**
 * Starts a dockerd and resolves when it answers. Two at once take separate data directories: a lock on its directory is held by
 * each dockerd as long as it lives. Where it may not change iptables it runs without, and that is said. Throws with its last
 * lines when it does not come up.
 */
export async function startDockerd(signal) {
  if (process.platform !== 'linux' || process.getuid() !== 0) {
    throw new Error('no Docker answers, and only root on Linux can start one here: set DOCKER_HOST')
  }
  try {
    return await startInFreeSlot([], signal)
  } catch (error) {
    if (!/iptables/.test(error.message) || signal.aborted) throw error
    console.error('with-docker: dockerd may not change iptables here: running without; published ports do not work')
    return startInFreeSlot(['--iptables=false', '--ip6tables=false', '--ip-masq=false'], signal)
  }
}

/** Whether a Docker engine answers at `host` (`unix://…`, `tcp://…`). One behind TLS or ssh is taken at its word. */
export async function dockerAnswers(host) {
  if (!URL.canParse(host)) return false
  const {protocol, hostname, port, pathname} = new URL(host)
  if (protocol === 'ssh:' || protocol === 'https:' || process.env.DOCKER_TLS_VERIFY) return true
  const where = protocol === 'unix:' ? {socketPath: pathname} : {host: hostname, port: port || 2375}
  return new Promise(resolve => {
    const asking = request({...where, path: '/_ping', timeout: 2000}, answer => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asking.on('timeout', () => asking.destroy())
    asking.on('error', () => resolve(false))
    asking.end()
  })
}

async function startInFreeSlot(options, signal) {
  for (let slot = 1; slot <= slots; slot++) {
    const dockerd = await startInSlot(slot, options, signal)
    if (dockerd !== undefined) return dockerd
  }
  throw new Error(`${slots} of its dockerds run already`)
}

/** Resolves to undefined when another dockerd has the slot. */
async function startInSlot(slot, options, signal) {
  const directory = mkdtempSync(join(tmpdir(), 'meissa-docker-'))
  const host = `unix://${directory}/docker.sock`
  const child = launch(slot, directory, [`--host=${host}`, ...options])
  const ended = new Promise(resolve => {
    child.on('exit', code => resolve(code ?? 1))
    child.on('error', () => resolve(127))
  })
  const stop = async () => {
    await endChild(child, ended)
    tidy(slot, directory)
  }
  const outcome = await Promise.race([ended, untilAnswers(host, signal)])
  if (outcome === 'answers') return {host, stop}
  const said = lastLines(join(directory, 'log'))
  if (outcome === slotTaken) {
    rmSync(directory, {recursive: true, force: true})
    return undefined
  }
  await stop()
  if (outcome === 'interrupted') throw new Error('interrupted before dockerd was up')
  throw new Error(
    `${outcome === 'silent' ? `dockerd did not answer within ${startSeconds} s` : 'dockerd did not start'}:\n${said}`,
  )
}

/**
 * The process that becomes dockerd: first it takes the slot's lock (exit 75 when it is taken), then it binds its life to ours.
 * In a session of its own, so that ^C in a terminal leaves it alone until the command has ended.
 */
function launch(slot, directory, options) {
  const data = dataOf(slot)
  mkdirSync(data, {recursive: true})
  const config = join(directory, 'daemon.json')
  writeFileSync(config, '{}')
  const places = [
    `--data-root=${data}/data`,
    `--exec-root=${directory}/exec`,
    `--pidfile=${directory}/pid`,
    `--config-file=${config}`,
  ]
  const dockerd = ['dockerd', ...places, '--shutdown-timeout=5', ...networkOf(slot), ...options]
  const binding = ['setpriv', '--pdeathsig', 'TERM', ...dockerd]
  const output = openSync(join(directory, 'log'), 'w')
  const child = spawn(
    'flock',
    ['--nonblock', '--no-fork', '--conflict-exit-code', `${slotTaken}`, join(data, 'lock'), ...binding],
    {
      stdio: ['ignore', output, output],
      detached: true,
    },
  )
  closeSync(output)
  return child
}

function dataOf(slot) {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(caches, 'meissa', slot === 1 ? 'docker' : `docker-${slot}`)
}

/** The first has Docker's usual bridge; the others each their own, so that no two give out the same addresses. */
function networkOf(slot) {
  if (slot === 1) return []
  const bridge = bridgeOf(slot)
  const made = [
    ['link', 'add', bridge, 'type', 'bridge'],
    ['address', 'add', `172.30.${slot}.1/24`, 'dev', bridge],
    ['link', 'set', bridge, 'up'],
  ].map(words => spawnSync('ip', words).status === 0)
  return [`--bridge=${made.at(-1) ? bridge : 'none'}`]
}

function bridgeOf(slot) {
  return `meissa-docker${slot}`
}

async function untilAnswers(host, signal) {
  const deadline = performance.now() + startSeconds * 1000
  while (performance.now() < deadline) {
    const answers = await dockerAnswers(host)
    if (signal.aborted) return 'interrupted'
    if (answers) return 'answers'
    await delay(50)
  }
  return 'silent'
}

async function endChild(child, ended) {
  child.kill('SIGTERM')
  const patience = new AbortController()
  const late = delay(stopSeconds * 1000, 'late', {signal: patience.signal}).catch(() => {})
  if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL')
  patience.abort()
  await ended
}

function tidy(slot, directory) {
  if (slot !== 1) spawnSync('ip', ['link', 'delete', bridgeOf(slot)])
  for (const place of mountsIn(directory)) spawnSync('umount', [place])
  rmSync(directory, {recursive: true, force: true})
}

/** What dockerd leaves mounted, the innermost first. */
function mountsIn(directory) {
  const places = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
  return places.filter(place => place.startsWith(`${directory}/`)).reverse()
}

function lastLines(file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
}
