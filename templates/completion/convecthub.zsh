#compdef convecthub
# Completion of convecthub for zsh. In ~/.zshrc: eval "$(convecthub completion zsh)"
# or as the file _convecthub in a folder of $fpath.

_convecthub() {
  local line
  local -a values
  for line in "${(@f)$("${(Q)words[1]/#\~/$HOME}" __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      compset -P '--[^=]#='
      _files
      return
    fi
    if [[ -n $line ]]; then
      values+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done
  if (( $#values )); then
    _describe convecthub values
  fi
}

if [[ $funcstack[1] == _convecthub ]]; then
  _convecthub "$@"
else
  if (( ! $+functions[compdef] )); then
    autoload -Uz compinit && compinit
  fi
  compdef _convecthub convecthub
fi
