# Completion of convecthub for bash. In ~/.bashrc: eval "$(convecthub completion bash)"

_convecthub() {
  local line=${COMP_LINE:0:COMP_POINT} word IFS=$' \t\n'
  local -a words
  # COMP_WORDS is split at : and = as well
  read -r -a words <<<"$line"
  if [[ $line == *[[:space:]] ]]; then words+=(''); fi
  local current=${words[${#words[@]} - 1]}
  # what readline keeps of the word
  local kept=${current%"${current##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    if [[ $word == :files ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("${word#"$kept"}")
    fi
  done < <("${words[0]/#\~/$HOME}" __complete -- "${words[@]:1}" 2>/dev/null)
}

complete -F _convecthub convecthub
