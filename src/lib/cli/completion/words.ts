/** A command line up to the cursor: the words before the one that is being typed, and that word so far. */
export interface TypedWords {
  readonly before: readonly string[]
  readonly word: string
  /** What of the word the shell takes for earlier words of their own, and does not want to hear again. */
  readonly kept: string
}

/**
 * Takes a line of bash apart as bash does: quotes and backslashes taken away. `breaks` are the characters at which bash's
 * completion begins a new word (COMP_WORDBREAKS), within a name such as `web@1` too, but not inside quotes.
 */
export function wordsOfLine(line: string, breaks: string): TypedWords {
  const words: string[] = []
  let word = ''
  let begun = false
  let quote = ''
  let kept = 0
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? ''
    if (quote === "'" ? letter !== "'" : quote === '"' && letter !== '"' && letter !== '\\') {
      word += letter
    } else if (letter === quote) {
      quote = ''
    } else if (letter === '\\' && at + 1 < line.length) {
      word += line[++at] ?? ''
      begun = true
    } else if (letter === "'" || letter === '"') {
      quote = letter
      begun = true
    } else if (/\s/.test(letter)) {
      if (begun) words.push(word)
      word = ''
      begun = false
      kept = 0
    } else {
      word += letter
      begun = true
      if (breaks.includes(letter)) kept = word.length
    }
  }
  return {before: words, word, kept: word.slice(0, kept)}
}
