# Functions that rendered changes call. LC_ALL, PATH and umask (022) are set by the session. Paths are those of
# src/layout.ts, written out here and in the files beside, where they read better so.
CVH_STATE=/var/lib/convecthub
CVH_RUN=/run/convecthub

# cvh_load: reads once what is recorded, so that not each subshell has to
cvh_load() {
  cvh_owned='
'
  [ ! -e "$CVH_STATE/owned" ] || cvh_owned="
$(exec cat "$CVH_STATE/owned")
"
}

# cvh_record KIND NAME: notes what we put on this host before it is put there, so that reset removes just that
cvh_record() {
  [ -n "${cvh_owned-}" ] || cvh_load
  case $cvh_owned in *"
$1 $2
"*) return 0 ;; esac
  [ -d "$CVH_STATE" ] || mkdir -m 700 "$CVH_STATE" || return
  cvh_safe "$CVH_STATE" || return
  printf '%s %s\n' "$1" "$2" >>"$CVH_STATE/owned" || return
  cvh_owned="$cvh_owned$1 $2
"
}

# cvh_forget KIND NAME: takes out of the record what is gone; what comes by that name later is not ours
cvh_forget() {
  [ ! -e "$CVH_STATE/owned" ] || sed -i "\\|^$1 $2\$|d" "$CVH_STATE/owned"
}

# cvh_safe FOLDER: fails with 77, and says why, where somebody else than root could change what FOLDER leads to. Each
# part of the way must be root's or ours, and closed to others, or sticky as /tmp is: there they can add names, and not
# touch ours. The folder itself must be closed; with `sticky` behind it, it may be sticky, for what has a new random name;
# with `open` anything, which is enough where things are only taken away. Links are followed where they are root's. By
# Debian's policy the group staff (50) is as root below /usr/local. Access lists count, too.
cvh_safe() {
  case ${cvh_known-} in *"
$1
"*) return 0 ;; esac
  cvh_way "$@" || return 77
  [ -n "${2-}" ] || cvh_known="${cvh_known-}
$1
"
}

# cvh_way FOLDER: what cvh_safe asks, in a shell of its own
cvh_way() (
  set -f
  at='' rest="${1%/}/" open=${2-} links=0 me=''
  while [ -n "$rest" ]; do
    part=${rest%%/*} rest=${rest#*/} next=$at/$part
    case $part in
    .) continue ;;
    ..) at=${at%/*} && continue ;;
    '') [ -z "$at" ] || continue ;;
    esac
    # looked at once: whoever may exchange it could be somebody else by the second look
    what=$(ls -ldn -- "$next") || exit
    # shellcheck disable=SC2086 # mode, links, user, group, …
    set -- $what
    if [ "$3" != 0 ] && [ "$3" != "${me:=$(id -u)}" ]; then
      printf '%s belongs to user %s, who could change what root does there\n' "$next" "$3"
      exit 1
    fi
    case $1 in l*) link=yes ;; *) link='' ;; esac
    if [ "$link" ]; then
      links=$((links + 1))
      [ "$links" -le 20 ] || { printf '%s: too many links\n' "$next"; exit 1; }
      target=$(readlink "$next") || exit
      target=${target%/}
      case $target in /*) at='' ;; esac
      rest=$target/$rest
      continue
    fi
    # with an access list the group's bits are its mask, and a folder may hand one down to what is made in it
    case $1:$open$rest in
    *+:open | *+:*/*) acl=yes ;;
    *+:*)
      printf '%s has an access list, by which others could change what root does there\n' "$next"
      exit 1
      ;;
    *) acl='' ;;
    esac
    mode=$1
    case $acl$4 in 0 | 50) mode=$(printf '%.5s-%s' "$1" "${1#??????}") ;; esac
    case $mode:$open$rest in
    *:open | ?????????[tT]*:sticky | ?????????[tT]*:*/*) ;;
    ?????w*:* | ????????w*:*)
      printf '%s can be written by others (%s), who could change what root does there\n' "$next" "$mode"
      exit 1
      ;;
    esac
    [ -z "$part" ] || at=$next
  done
)

# cvh_folder PATH: makes a folder, noting each that was not there; only root may be able to change what is in it
cvh_folder() {
  if [ -d "$1" ]; then
    cvh_safe "$1"
    return
  fi
  [ -z "${1%/*}" ] || cvh_folder "${1%/*}" || return
  cvh_record folder "$1" || return
  # the record's own folder is there by now
  [ -d "$1" ] || mkdir "$1"
}

# cvh_place PATH MODE: reads stdin into PATH by way of a new file beside it, so that no half-written file is ever seen
cvh_place() {
  cvh_folder "${1%/*}" && rm -rf -- "$1.part" || return
  (umask 077 && set -C && cat >"$1.part") && chmod "$2" "$1.part" && mv -f "$1.part" "$1"
}

# cvh_work PLACE: has $CVH_STATE/workdir lead to a folder for root alone: below $CVH_STATE itself, or one with a new name at
# PLACE, or as near to it as nobody else could get in the way
cvh_work() {
  at=$CVH_STATE/workdir place=$1
  if [ "$place" = "$CVH_STATE" ]; then
    [ ! -h "$at" ] && [ -d "$at" ] && cvh_safe "$at" >/dev/null && return
    rm -rf -- "$at" && (umask 077 && cvh_folder "$at")
    return
  fi
  until [ -d "$place/" ] && cvh_safe "$place/" sticky >/dev/null; do place=${place%/*}; done
  # one that an earlier run made there is as good
  case $(readlink -- "$at") in "$place"/convecthub-*) ! { [ -d "$at" ] && cvh_safe "$at" >/dev/null; } || return 0 ;; esac
  rm -rf -- "$at" || return
  made=$(mktemp -d "$place/convecthub-XXXXXXXXXX") && cvh_record work "$made" && ln -s "$made" "$at"
}

# cvh_sha256: of stdin, by the faster program where it is there; what arrives meanwhile, and users' work, go first
cvh_sha256() {
  if command -v openssl >/dev/null; then nice -n 19 openssl dgst -sha256 -r; else nice -n 19 sha256sum; fi | cut -c 1-64
}

# cvh_begin PART BYTES: looks for room, and tells the size and sha256 of what an earlier upload left in PART
cvh_begin() {
  have=0 digest=''
  cvh_folder "${1%/*}" || return
  # anything but a file of our own, by one name, begins anew
  if [ -f "$1" ] && [ ! -h "$1" ] && [ -O "$1" ] && [ "$(stat -c %h "$1")" = 1 ]; then have=$(stat -c %s "$1"); else rm -rf -- "$1" || return; fi
  free=$(($(stat -f -c '%a * %S' "${1%/*}")))
  if [ "$free" -lt $(($2 - have)) ]; then
    printf '%s bytes are wanted in %s, and %s are free\n' $(($2 - have)) "${1%/*}" "$free"
    return 66
  fi
  umask 077
  : >>"$1"
  umask 022
  [ "$have" = 0 ] || digest=$(cvh_sha256 <"$1")
  printf 'part %s %s\n' "$have" "$digest"
}

# cvh_read SIZE: that many bytes of stdin, and not one more
cvh_read() {
  [ "$1" -lt 65536 ] || nice -n 19 dd bs=65536 count=$(($1 / 65536)) iflag=fullblock 2>/dev/null
  [ $(($1 % 65536)) = 0 ] || dd bs=$(($1 % 65536)) count=1 iflag=fullblock 2>/dev/null
}

# cvh_receive PART HAVE BYTES SHA256: hashes PART while it grows, by the sizes on stdin; all must be there, and be what
# was meant
cvh_receive() {
  # nothing is said where nothing was missing, or where the link was cut before it could be
  read -r size || size=$(($3 - $2))
  digest=$({ cvh_read $(($2 + size)) <&4 && while read -r size; do cvh_read "$size" <&4; done; } 4<"$1" | cvh_sha256)
  [ "$(stat -c %s "$1")" = "$3" ] || return 74
  [ "$digest" = "$4" ] || { rm -f "$1"; return 65; }
}

# cvh_keep_digest SHA256 PATH: remembers a big file's digest with its size, inode, and times to the nanosecond
cvh_keep_digest() {
  {
    [ ! -e "$CVH_STATE/digests" ] || while read -r line; do
      case $line in *" $2") ;; *) printf '%s\n' "$line" ;; esac
    done <"$CVH_STATE/digests"
    printf '%s %s %s\n' "$1" "$(stat -c '%s %y %z %i' "$2")" "$2"
  } >"$CVH_STATE/digests.part"
  mv -f "$CVH_STATE/digests.part" "$CVH_STATE/digests"
}

# cvh_unit_pid UNIT: its main process, 0 when it is not running
cvh_unit_pid() {
  systemctl show -p MainPID "$1" | sed 's/^MainPID=//'
}

# cvh_within FILE: waits for a file that comes within 5 s, or not at all
cvh_within() {
  tries=0
  until [ -s "$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 50 ] || return
    sleep 0.1
  done
}

# cvh_follow NAME: shows the job's log until the job has ended, and returns its exit code; 70 when it never ran
cvh_follow() {
  if cvh_within "$CVH_RUN/$1.pid" && [ ! -e "$CVH_RUN/$1.code" ]; then
    tail -n +1 -s 0.2 --pid="$(cat "$CVH_RUN/$1.pid")" -f "$CVH_RUN/$1.log"
  else
    cat "$CVH_RUN/$1.log"
  fi
  cvh_within "$CVH_RUN/$1.code" || { rm -f "$CVH_RUN/$1.sh"; return 70; }
  return "$(cat "$CVH_RUN/$1.code")"
}

# cvh_end NAME: ends a job half way, and comes back when it is gone
cvh_end() {
  read -r pid <"$CVH_RUN/$1.pid" || return 0
  if [ -d /run/systemd/system ]; then
    systemctl stop "convecthub-$1.service"
  else
    kill -s TERM -- "-$pid" 2>/dev/null
    tries=0
    while kill -0 -- "-$pid" 2>/dev/null; do
      tries=$((tries + 1))
      [ "$tries" -le 300 ] || kill -s KILL -- "-$pid"
      sleep 0.1
    done
  fi
  rm -f "$CVH_RUN/$1.sh"
}

# cvh_job NAME: runs the shell on stdin so that it outlives our connection, as a transient unit where systemd runs,
# and follows it
cvh_job() {
  [ -d "$CVH_RUN" ] || mkdir -m 700 "$CVH_RUN" || return
  cvh_safe "$CVH_RUN" || return
  rm -f "$CVH_RUN/$1.code" "$CVH_RUN/$1.pid"
  cat >"$CVH_RUN/$1.sh" || return
  : >"$CVH_RUN/$1.log"
  # a file, for systemd-run would read $$ in an argument as $
  # shellcheck disable=SC2016 # that text is for the inner sh
  printf '%s\n' 'echo "$$" >"$1.pid.part"; mv "$1.pid.part" "$1.pid"
sh "$1.sh" >"$1.log" 2>&1; echo "$?" >"$1.code.part"; mv "$1.code.part" "$1.code"' >"$CVH_RUN/run"
  if [ -d /run/systemd/system ]; then
    systemctl reset-failed "convecthub-$1.service" 2>/dev/null || :
    systemd-run --quiet --setenv=HOME="$HOME" --unit="convecthub-$1" sh "$CVH_RUN/run" "$CVH_RUN/$1"
  else
    setsid sh "$CVH_RUN/run" "$CVH_RUN/$1" </dev/null >/dev/null 2>&1 &
  fi
  cvh_follow "$1"
}

# cvh_wait SECONDS COMMAND...: asks until the command succeeds; prints its last words and returns 75 when it never
# does, 70 when it exits 70: it never will; $cvh_said is what it said last
cvh_wait() {
  cvh_until=$(($(date +%s) + $1)) cvh_pause=0.3 cvh_asks=0
  shift
  until cvh_said=$("$@" 2>&1); do
    cvh_code=$?
    if [ "$cvh_code" = 70 ] || [ "$(date +%s)" -ge "$cvh_until" ]; then
      printf '%s\n' "$cvh_said" | tail -n 20
      [ "$cvh_code" = 70 ] || cvh_code=75
      return "$cvh_code"
    fi
    cvh_asks=$((cvh_asks + 1))
    # what takes long costs the host less when it is asked less
    [ "$cvh_asks" -lt 10 ] || cvh_pause=0.7
    sleep "$cvh_pause"
  done
}
