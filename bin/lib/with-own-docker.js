/** Runs the command given as arguments with a dockerd of its own, and ends as the command did. */
import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import {startDockerd} from './dockerd.js'

const [command, ...words] = process.argv.slice(2)
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
const interrupted = new AbortController()
let child

for (const signal of signals) process.on(signal, () => onSignal(signal))
process.exitCode = await main()

async function main() {
  let dockerd
  try {
    dockerd = await startDockerd(interrupted.signal)
  } catch (error) {
    console.error(`with-docker: ${error.message}`)
    return interrupted.signal.aborted ? exitCodeOf(interrupted.signal.reason) : 5
  }
  try {
    return await run({...process.env, DOCKER_HOST: dockerd.host})
  } finally {
    await dockerd.stop()
  }
}

/** Resolves to the command's exit code; one that a signal ended counts as shells count it. */
function run(env) {
  return new Promise(resolve => {
    child = spawn(command, words, {stdio: 'inherit', env})
    child.on('error', error => {
      console.error(`with-docker: ${command}: ${error.message}`)
      resolve(error.code === 'ENOENT' ? 127 : 126)
    })
    child.on('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)))
  })
}

/** A terminal sends ^C to the command itself; everything else is passed on. */
function onSignal(signal) {
  if (child === undefined) interrupted.abort(signal)
  else if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
}

function exitCodeOf(signal) {
  return 128 + constants.signals[signal]
}
