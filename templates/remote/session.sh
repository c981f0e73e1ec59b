# The far end of a session: reads frames from stdin, runs one job at a time, marks the end of each on stdout.
#   run ID BYTES        then BYTES of shell: runs it in a process group of its own, its stdin empty
#   put ID BYTES PATH   then BYTES of data: appends them to PATH
#   lock ID 0 OWNER     holds the host's lock as long as this session lives, or tells who does
#   kill SIGNAL         ends the running job's group
# $1 is the mark that no output can guess. When stdin ends, whatever still runs is ended with it.
mark=$1
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset ENV BASH_ENV CDPATH
umask 022
cd /
pid='' job=''

# end_group SIGNAL: signals the running job; it may have been started this moment, and not have its own group yet
end_group() {
  [ -n "$pid" ] || return 1
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -s "$1" -- "-$pid" 2>/dev/null && return 0
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.02
  done
  return 1
}

printf '%s ready %s\n' "$mark" "$(id -u)"
while read -r op id bytes path; do
  case $op in
  run)
    script=$(dd bs="$bytes" count=1 iflag=fullblock 2>/dev/null)
    # shellcheck disable=SC2016 # that text is for the inner sh
    # printf is built in and the script comes on stdin, so that no secret in it is ever in an argv
    printf '%s\n' "$script" | setsid sh -c '
      script=$(cat)
      exec </dev/null 2>&1
      (eval "$script")
      printf "\n%s end %s %s\n" "$1" "$2" "$?"' sh "$mark" "$id" 9>&- &
    pid=$! job=$id script=''
    ;;
  put)
    blocks=$((bytes / 1048576)) rest=$((bytes % 1048576)) code=0
    if [ "$blocks" -gt 0 ]; then
      { dd bs=1048576 count="$blocks" iflag=fullblock status=none >>"$path"; } 2>&1 || code=1
    fi
    if [ "$code" = 0 ] && [ "$rest" -gt 0 ]; then
      { dd bs="$rest" count=1 iflag=fullblock status=none >>"$path"; } 2>&1 || code=1
    fi
    printf '\n%s end %s %s\n' "$mark" "$id" "$code"
    # the rest of the data is still to come and cannot be told from frames
    [ "$code" = 0 ] || exit 1
    ;;
  lock)
    (umask 077 && mkdir -p /run/convecthub)
    exec 9>>/run/convecthub/lock
    code=0
    flock -n 9 || code=75
    if [ "$code" = 0 ]; then printf '%s\n' "$path" >/run/convecthub/lock; else cat /run/convecthub/lock; fi
    printf '\n%s end %s %s\n' "$mark" "$id" "$code"
    ;;
  kill)
    if end_group "$id"; then
      wait "$pid"
      printf '\n%s killed %s\n' "$mark" "$job"
    fi
    ;;
  esac
done
end_group TERM
