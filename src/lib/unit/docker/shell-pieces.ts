import {Fault} from '../fault.ts'
import {splitWords} from '../service/exec-words.ts'

/**
 * The commands of `sh -c '…'` when the shell does nothing but run them one after the other (`;`, `&&`, `||`), output thrown
 * away or not; undefined for any other command, and where the shell would replace, pipe or decide more.
 */
export function shellPieces([program = '', flag, text, ...more]: readonly string[]): readonly (readonly string[])[] | undefined {
  if (!/^(\/usr)?\/bin\/(ba|da)?sh$/.test(program) || !/^-e?c$/.test(flag ?? '') || text === undefined || more.length > 0)
    return undefined
  const quiet = text.replaceAll(/\s*(?:[12&]?>\s*\/dev\/null|2>&1|<\s*\/dev\/null)(?=\s|$|[;&|])/g, '')
  const pieces = quiet.split(/&&|\|\||;/)
  if (pieces.some(piece => /[$`|&<>(){}*?[\]#!~\\\n]/.test(piece))) return undefined
  const commands = pieces.map(piece => splitWords(piece.trim().replace(/^exec\s+/, '')))
  const plain = commands.flatMap(words => (words instanceof Fault ? [] : [words]))
  return plain.length === commands.length ? plain.filter(words => words.length > 0) : undefined
}
