import {Fault} from '../fault.ts'
import {readWords, type Word} from './words.ts'

export {expandVariables} from './variables.ts'

/** One command of an Exec line, variables not yet replaced. */
export interface ExecCommand {
  /** A failure counts as success (`-`). */
  readonly ignoresFailure: boolean
  /** `$VAR` is replaced; not so behind `:`. */
  readonly expandsVariables: boolean
  /** Runs apart from what the unit says of user and privileges (`+`, `!`, `!!`). */
  readonly elevated: boolean
  /** The second word is what the process is told its own name is (`@`). */
  readonly namesItself: boolean
  /** Behind `|` a shell and its `-c` come first. */
  readonly words: readonly string[]
}

/**
 * The commands of an Exec line: prefixes in any order, each once, then words by the quoting rules, `;` alone between
 * commands (systemd.service(5), "Command lines"). An unknown escape stays as it is written, so that `\.` and `\d` reach
 * a shell or a program as they are.
 */
export function parseExecLine(line: string): readonly ExecCommand[] | Fault {
  if (!/["'\\;]/.test(line) && /\S/.test(line)) {
    const command = commandOf(line.trim().split(/\s+/), 0)
    return command instanceof Fault ? command : [command]
  }
  const {words, fault} = readWords(line, 'keep')
  const commands: ExecCommand[] = []
  let current: Word[] = []
  for (let index = 0; index <= words.length; index++) {
    const word = words[index] ?? end
    const isEnd = word === end || word.written === ';' || (current.length === 0 && word.text === ';')
    if (!isEnd) current.push(word)
    else if (word === end && fault && !(commands.length > 0 && ignoresFault(current))) return fault
    else if (current.length > 0) {
      const texts = current.map(({text, written}, at) => (at > 0 && written === '\\;' ? ';' : text))
      const command = commandOf(texts, current[0]?.offset ?? 0)
      if (command instanceof Fault) return commands.length > 0 && ignoresFault(current) ? commands : command
      commands.push(command)
      current = []
    }
  }
  return commands.length > 0 ? commands : new Fault('no command', 'write the program and its arguments')
}

/** Behind the last word. */
const end: Word = {text: '', written: '', offset: 0}

/** As in systemd a fault behind a `;` takes nothing from the commands before it, if it stands in the first word or behind a `-`. */
function ignoresFault([first]: readonly Word[]): boolean {
  return first === undefined || readPrefixes(first.text).given.includes('-')
}

/** `offset`: of the first word in its line. */
function commandOf(texts: readonly string[], offset: number): ExecCommand | Fault {
  const {program, given} = readPrefixes(texts[0] ?? '')
  const fault = programFault(program)
  if (fault) return new Fault(fault, 'write the path of the program, or its name', offset)
  const words = given === '' ? texts : [program, ...texts.slice(1)]
  if (given.includes('@') && words.length < 2)
    return new Fault('@ without the name that the program is to have', 'write it behind the program', offset)
  return {
    ignoresFailure: given.includes('-'),
    expandsVariables: !given.includes(':'),
    elevated: /[+!]/.test(given),
    namesItself: given.includes('@'),
    words: given.includes('|') ? ['/bin/sh', '-c', words.join(' ')] : words,
  }
}

/** Each of `- @ : |` counts once, of `+ ! !!` one; what follows belongs to the program's name. */
function readPrefixes(word: string): {given: string; program: string} {
  if (word.startsWith('/')) return {given: '', program: word}
  let given = ''
  for (let at = 0; at < word.length; at++) {
    const letter = word.charAt(at)
    const counts = '-@:|'.includes(letter)
      ? !given.includes(letter)
      : letter === '+'
        ? !/[+!]/.test(given)
        : letter === '!' && !/\+|!.*!/.test(given)
    if (!counts) return {given, program: word.slice(at)}
    given += letter
  }
  return {given, program: ''}
}

function programFault(program: string): string | undefined {
  if (/^\/[\w./-]*[\w.-]$/.test(program)) return undefined
  if (program === '') return 'no program behind the prefix'
  if (/["'\\\p{Cc}]/u.test(program)) return `'${program}' has a quote, a backslash or a control character`
  if (program.endsWith('/')) return `'${program}' is a directory`
  return program.includes('/') && !/^[/%$]/.test(program) ? `'${program}' is neither an absolute path nor a name` : undefined
}

/** The words of a value with quotes taken off and escapes resolved, an unknown escape as it is written. */
export function splitWords(text: string): readonly string[] | Fault {
  const {words, fault} = readWords(text, 'keep')
  return fault ?? words.map(word => word.text)
}
