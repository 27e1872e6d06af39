/** Words as a POSIX shell reads them back, each the same to the byte: what is safe as it is stays bare. */
export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}

function quoteWord(word: string): string {
  return /^[A-Za-z0-9_/:.,@%+-][A-Za-z0-9_/:.,@%+=-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
