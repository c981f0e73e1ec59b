# The host's end of a session: reads frames from stdin, runs one job at a time, reports the end of each on stdout.
#   run ID BYTES [OWNER]      then BYTES of shell: runs it in its own process group with empty stdin. With OWNER, takes
#                             the host's lock first, or reports who holds it
#   feed ID BYTES             then BYTES of shell, then blocks: runs it with the content of the blocks as stdin
#   feed ID BYTES HAVE FILE   the same, but appends the blocks to FILE (emptied first if HAVE is 0); the script's stdin
#                             gets a line with the size of each block once it is written
#   kill SIGNAL               signals the running job's process group
# A script ends with an extra x that is not part of it, since command substitution would drop trailing newlines.
# A block is a line `SIZE`, or `SIZE RAW` if it is gzip of RAW bytes, then SIZE bytes; the last block is `0`.
# $become (the user to run as) and $mark (which starts each line of this program's output) came with it as well. Nobody
# else may learn the mark, so it is in no argument and no environment. When stdin ends, the running job is ended.
# shellcheck disable=SC2123 # the template fills it in
LC_ALL=C PATH=@PROGRAMS@
# kubectl and helm keep their caches here, so that reset removes them
HOME=@STATE@/home
export LC_ALL PATH HOME
unset ENV BASH_ENV CDPATH
umask 022
cd /
pid='' job='' held=''

# end_group SIGNAL: signals the running job; tries again while a job that just started has no group of its own yet
end_group() {
  [ -n "$pid" ] || return 1
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -s "$1" -- "-$pid" 2>/dev/null && return 0
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.02
  done
  return 1
}

# script BYTES: reads a script, which ends with an x; fails if it is incomplete, so that no truncated script is run
script() {
  script=$(exec dd bs="$1" count=1 iflag=fullblock 2>/dev/null)
  [ "${#script}" = "$1" ] && script=${script%x}
}

# take: writes the content of the blocks on stdin to stdout; the caller drains what the script does not read
take() {
  while read -r size raw && [ "$size" -gt 0 ]; do
    if [ -n "$raw" ]; then block | gzip -dc; else block; fi
  done
}

# keep HAVE FILE: appends the blocks on stdin to a file, directly by the program that reads them, to copy them only once
keep() {
  exec 5>>"$2" || return
  [ "$1" != 0 ] || : >"$2"
  while read -r size raw && [ "$size" -gt 0 ]; do
    if [ -n "$raw" ]; then block | gzip -dc >&5; else block >&5; fi || return
    printf '%s\n' "${raw:-$size}"
  done
}

# block: copies $size bytes from stdin; dd stops exactly there, even when the pipe has more
block() {
  whole=$((size / 262144)) rest=$((size % 262144))
  [ "$whole" = 0 ] || dd bs=262144 count="$whole" iflag=fullblock 2>/dev/null || return
  [ "$rest" = 0 ] || dd bs="$rest" count=1 iflag=fullblock 2>/dev/null
}

# hold OWNER: takes the host's lock. Returns 75 and prints the owner if somebody else holds it, 71 and the reason if it
# cannot be taken here. A session of the same OWNER that still holds it has lost its link, and is ended
hold() {
  [ -z "$held" ] || return 0
  # not readable by others, who could then lock it; in a subshell, since a shell exits when its exec cannot open a file
  (umask 077 && : >>@RUN@.lock) 2>&1 || return 71
  exec 9>>@RUN@.lock
  # ksh does not pass on descriptor 9; 3 works, since the lock belongs to the open file and not to a descriptor
  flock -n 3 3>&9 2>&1
  case $? in
  0) ;;
  1)
    read -r holder owner <@RUN@.lock
    [ "$owner" = "$1" ] || { printf '%s\n' "$owner"; return 75; }
    kill -s TERM -- "-$holder" 2>/dev/null
    flock -w 10 3 3>&9 || { printf '%s\n' "$owner"; return 75; }
    ;;
  *) return 71 ;;
  esac
  read -r _ _ _ _ group _ <"/proc/$$/stat"
  printf '%s %s\n' "$group" "$1" >@RUN@.lock
  held=yes
}

trap 'end_group TERM; exit 143' TERM HUP
# sudoers may have switched to another user; compares the uid, since root may have another name
# shellcheck disable=SC2154 # these variables came with this program
if [ "$become" = root ]; then
  while read -r key _ uid _ && [ "$key" != Uid: ]; do :; done </proc/self/status
  [ "$uid" = 0 ] || { printf '%s other %s\n' "$mark" "$uid"; exit 1; }
fi
printf '%s ready\n' "$mark"
while read -r op id bytes path; do
  case $op in
  run)
    script "$bytes" || break
    [ -z "$path" ] || hold "$path" || { printf '\n%s locked %s %s\n' "$mark" "$id" "$?"; continue; }
    # the new sh reads the script as a file, so that no secret in it appears in an argv
    setsid sh /dev/fd/3 3<<END 9>&- &
trap 'printf "\n%s end %s %s\n" "$mark" "$id" "\$?"' EXIT
exec </dev/null 2>&1 3<&-
$script
END
    pid=$! job=$id script=''
    ;;
  feed)
    script "$bytes" || break
    if [ -z "$path" ]; then
      take
    else
      # after a failed write, the rest of the block would be read as frames: end the session
      keep "${path%% *}" "${path#* }" || kill -s TERM "$$"
    fi 9>&- | {
      (eval "$script") 2>&1
      printf '\n%s end %s %s\n' "$mark" "$id" "$?"
      exec cat >/dev/null
    } 9>&-
    script='' pid=''
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
