export const shells = ['bash', 'zsh', 'fish'] as const

/** A shell that `ctl` completes words in. */
export type Shell = (typeof shells)[number]

/**
 * The script that a shell reads once: it asks `ctl complete` at every word. That answers with a line for each candidate: the
 * word, and after a tab what it is; one that ends in `/`, `=` or `@` is not the end of a word.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of ctl for bash. In ~/.bashrc: source <(ctl completion bash)
_ctl() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    if [[ $candidate == *' '* ]]; then printf -v candidate %q "$candidate"; fi
    COMPREPLY+=("$candidate")
  done < <("\${COMP_WORDS[0]}" complete bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[/=@] ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _ctl ctl
`,
  zsh: `#compdef ctl
# Completion of ctl for zsh. In ~/.zshrc, after compinit: source <(ctl completion zsh)
_ctl() {
  local line word
  local -a ends texts parts partTexts
  for line in "\${(@f)$("\${words[1]}" complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    word=\${line%%$'\\t'*}
    [[ -z $word ]] && continue
    [[ $line == *$'\\t'* ]] && line="$word -- \${line#*$'\\t'}"
    if [[ $word == *[/=@] ]]; then parts+=("$word") partTexts+=("$line"); else ends+=("$word") texts+=("$line"); fi
  done
  (( $#ends )) && compadd -l -d texts -a ends
  (( $#parts )) && compadd -S '' -l -d partTexts -a parts
  return 0
}
compdef _ctl ctl
`,
  fish: `# Completion of ctl for fish. In ~/.config/fish/config.fish: ctl completion fish | source
function __ctl_complete
    set -l words (commandline -opc)
    set -l ctl $words[1]
    set -e words[1]
    $ctl complete fish -- $words (commandline -ct) 2>/dev/null
end
complete -c ctl -f -a '(__ctl_complete)'
`,
}
