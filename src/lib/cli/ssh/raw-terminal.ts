import {spawnSync} from 'node:child_process'

/**
 * Hands the terminal over to a program elsewhere: keys pass as they are, ^C too, and what is printed is not touched. Returns
 * what makes it as it was; the end of the process does so, too. Where stdin is no terminal nothing is done.
 */
export function rawTerminal(): () => void {
  const {stdin} = process
  if (stdin.isTTY !== true) return () => {}
  stdin.setRawMode(true)
  // Node leaves it to the terminal to put a return before each new line; full-screen programs do without (termios(3), OPOST).
  spawnSync('stty', ['-opost'], {stdio: ['inherit', 'ignore', 'ignore']})
  const restore = () => {
    stdin.setRawMode(false)
    process.off('exit', restore)
  }
  process.once('exit', restore)
  return restore
}
