import {screenModes} from './screen.ts'

export interface TerminalEvents {
  /** `q` was pressed. */
  readonly onQuit: () => void
  /** Its size has changed, or the process comes back to the foreground: what it shows is not what was drawn. */
  readonly onDisturbed: () => void
}

/**
 * Takes the terminal for a list that is redrawn: no cursor, no echo of what is typed. ^C and ^Z do what they always do.
 * Returns the way to give it back; it is given back as well when the process ends in any other way.
 */
export function takeTerminal({onQuit, onDisturbed}: TerminalEvents): () => void {
  const {stdin, stdout} = process
  const take = () => {
    if (stdin.isTTY) stdin.setRawMode(true)
    stdout.write(screenModes.begin)
  }
  const give = () => {
    stdout.write(screenModes.end)
    if (stdin.isTTY) stdin.setRawMode(false)
  }
  const onKeys = (keys: Buffer) => {
    const typed = keys.toString('latin1')
    if (typed.includes(control.c)) process.kill(process.pid, 'SIGINT')
    else if (typed.includes(control.backslash)) process.kill(process.pid, 'SIGQUIT')
    else if (typed.includes(control.z)) {
      give()
      process.kill(process.pid, 'SIGTSTP')
    } else if (typed.includes('q')) onQuit()
  }
  const onContinued = () => {
    take()
    onDisturbed()
  }
  process.once('exit', give)
  process.on('SIGCONT', onContinued)
  stdout.on('resize', onDisturbed)
  if (stdin.isTTY) stdin.on('data', onKeys)
  take()
  return () => {
    process.off('exit', give)
    process.off('SIGCONT', onContinued)
    stdout.off('resize', onDisturbed)
    stdin.off('data', onKeys)
    stdin.pause()
    give()
  }
}

const control = {c: '\u0003', z: '\u001a', backslash: '\u001c'}
