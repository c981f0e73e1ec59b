# The far end of a session: reads frames from stdin, runs one job at a time, marks the end of each on stdout.
#   run ID BYTES [OWNER]      then BYTES of shell: runs it in a process group of its own, its stdin empty; with OWNER
#                             only while this session holds the host's lock, which it takes, or tells who has it
#   feed ID BYTES             then BYTES of shell, then blocks: runs it with what the blocks hold as its stdin
#   feed ID BYTES HAVE FILE   the same, but the blocks are appended to FILE (begun anew where HAVE is 0), and what the
#                             script reads is a line with the size of each block that is there
#   kill SIGNAL               ends the running job's group
# The shell of the first order came with this program, in $script; that order has 0 BYTES.
# Any other shell has an x behind it, which is none of it: a shell that reads it would drop the last newlines.
# A block is a line `SIZE`, or `SIZE RAW` when it is gzip of RAW bytes, then SIZE bytes; the last one is `0`.
# So did $become, whom it is to run as, and $mark, which begins each line of this program: nobody else may get to know it,
# so it is in no argument and no environment. When stdin ends, whatever still runs is ended with it.
# shellcheck disable=SC2123 # it is filled in
LC_ALL=C PATH=@PROGRAMS@
# what kubectl and helm keep for themselves goes with us
HOME=@STATE@/home
export LC_ALL PATH HOME
unset ENV BASH_ENV CDPATH
umask 022
cd /
pid='' job='' held=''

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

# script BYTES: reads a script, which ends with an x; one whose end was cut off on its way must not run
script() {
  [ "$1" != 0 ] || return 0
  script=$(exec dd bs="$1" count=1 iflag=fullblock 2>/dev/null)
  [ "${#script}" = "$1" ] && script=${script%x}
}

# take: the blocks on stdin as one stream; what nobody reads any more is still taken off the wire
take() {
  while read -r size raw && [ "$size" -gt 0 ]; do
    if [ -n "$raw" ]; then block | gzip -dc; else block; fi
  done
}

# keep HAVE FILE: the blocks on stdin into a file, by the program that reads them, so that they are copied but once
keep() {
  exec 5>>"$2" || return
  [ "$1" != 0 ] || : >"$2"
  while read -r size raw && [ "$size" -gt 0 ]; do
    if [ -n "$raw" ]; then block | gzip -dc >&5; else block >&5; fi || return
    printf '%s\n' "${raw:-$size}"
  done
}

# block: SIZE bytes of stdin; dd stops at the wanted byte, whatever the pipe holds behind it
block() {
  whole=$((size / 262144)) rest=$((size % 262144))
  [ "$whole" = 0 ] || dd bs=262144 count="$whole" iflag=fullblock 2>/dev/null || return
  [ "$rest" = 0 ] || dd bs="$rest" count=1 iflag=fullblock 2>/dev/null
}

# hold OWNER: takes the host's lock; 75: somebody else has it, who is told; 71: nobody can have it here, with the reason.
# A session of the same owner that still has it is one whose link broke: it is ended
hold() {
  [ -z "$held" ] || return 0
  # whoever may read it could hold it; in a shell of its own, for one whose exec cannot open a file is over
  (umask 077 && : >>@RUN@.lock) 2>&1 || return 71
  exec 9>>@RUN@.lock
  # ksh keeps 9 to itself; another descriptor of the same open file does, for that is what has the lock
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
# sudo and sudoers may have made us somebody else; root may go by another name, so its number counts
# shellcheck disable=SC2154 # they came with this program
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
    # the text is a file of its own to the new sh, so that no secret in it is ever in an argv
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
      # the rest of a block that cannot be kept cannot be told from frames
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
