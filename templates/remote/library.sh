# Functions that the scripts of changes call. The session sets LC_ALL, PATH and umask (022). Paths are those of
# src/layout.ts, spelled out here and in the other files of this folder for easier reading.
CVH_STATE=/var/lib/convecthub
CVH_RUN=/run/convecthub

# cvh_load: reads the record into $cvh_owned once, so that subshells need not read it again
cvh_load() {
  cvh_owned='
'
  [ ! -e "$CVH_STATE/owned" ] || cvh_owned="
$(exec cat "$CVH_STATE/owned")
"
}

# cvh_record KIND NAME: records something before it is put on this host, so that reset removes exactly that
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

# cvh_forget KIND NAME: removes from the record what is gone; something with that name may later be somebody else's
cvh_forget() {
  [ ! -e "$CVH_STATE/owned" ] || sed -i "\\|^$1 $2\$|d" "$CVH_STATE/owned"
}

# cvh_safe FOLDER [sticky|open]: fails with 77 and the reason when anybody but root could change what FOLDER leads to.
# Every folder on the path must belong to root or us, and must not be writable by others unless it is sticky like /tmp:
# there others can add files but not touch ours. FOLDER itself must not be writable by others; with `sticky` it may be
# sticky, for files with new random names; with `open` it may be anything, which is enough for removing things. Links
# are followed if they belong to root. The group staff (50) counts as root, as Debian's policy gives it /usr/local.
# Access lists are checked as well.
cvh_safe() {
  case ${cvh_known-} in *"
$1
"*) return 0 ;; esac
  cvh_way "$@" || return 77
  [ -n "${2-}" ] || cvh_known="${cvh_known-}
$1
"
}

# cvh_way FOLDER [sticky|open]: the check of cvh_safe, in a subshell
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
    # read with a single ls: between two of them somebody could exchange the file
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
    # with an access list the group bits are only its mask, and new files in the folder may inherit it
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

# cvh_folder PATH: creates a folder and its parents, and records each new one; an existing one must be cvh_safe
cvh_folder() {
  if [ -d "$1" ]; then
    cvh_safe "$1"
    return
  fi
  [ -z "${1%/*}" ] || cvh_folder "${1%/*}" || return
  cvh_record folder "$1" || return
  # recording may have created it: it is where the record is
  [ -d "$1" ] || mkdir "$1"
}

# cvh_place PATH MODE: writes stdin to PATH, by way of a temporary file so that nobody sees half of it
cvh_place() {
  cvh_folder "${1%/*}" && rm -rf -- "$1.part" || return
  (umask 077 && set -C && cat >"$1.part") && chmod "$2" "$1.part" && mv -f "$1.part" "$1"
}

# cvh_work PLACE: makes $CVH_STATE/workdir a folder that only root can use. If PLACE is $CVH_STATE, it is a folder
# there; else a link to a new folder with a random name in PLACE, or in its nearest parent where nobody else can
# interfere
cvh_work() {
  at=$CVH_STATE/workdir place=$1
  if [ "$place" = "$CVH_STATE" ]; then
    [ ! -h "$at" ] && [ -d "$at" ] && cvh_safe "$at" >/dev/null && return
    rm -rf -- "$at" && (umask 077 && cvh_folder "$at")
    return
  fi
  until [ -d "$place/" ] && cvh_safe "$place/" sticky >/dev/null; do place=${place%/*}; done
  # reuses the folder of an earlier run
  case $(readlink -- "$at") in "$place"/convecthub-*) ! { [ -d "$at" ] && cvh_safe "$at" >/dev/null; } || return 0 ;; esac
  rm -rf -- "$at" || return
  made=$(mktemp -d "$place/convecthub-XXXXXXXXXX") && cvh_record work "$made" && ln -s "$made" "$at"
}

# cvh_sha256: sha256 of stdin, by openssl where present as it is faster; nice, so that uploads and users' work go first
cvh_sha256() {
  if command -v openssl >/dev/null; then nice -n 19 openssl dgst -sha256 -r; else nice -n 19 sha256sum; fi | cut -c 1-64
}

# cvh_begin PART BYTES: prints size and sha256 of what an earlier upload left in PART; 66 if there is no room for the
# rest
cvh_begin() {
  have=0 digest=''
  cvh_folder "${1%/*}" || return
  # starts again unless it is a plain file of our own without other hard links
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

# cvh_read SIZE: copies exactly that many bytes from stdin
cvh_read() {
  [ "$1" -lt 65536 ] || nice -n 19 dd bs=65536 count=$(($1 / 65536)) iflag=fullblock 2>/dev/null
  [ $(($1 % 65536)) = 0 ] || dd bs=$(($1 % 65536)) count=1 iflag=fullblock 2>/dev/null
}

# cvh_receive PART HAVE BYTES SHA256: hashes PART while it grows; stdin has the size of each new block. Returns 74 when
# PART has another size than BYTES, 65 when it has another digest
cvh_receive() {
  # no sizes come if PART was already complete, or if the link broke earlier
  read -r size || size=$(($3 - $2))
  digest=$({ cvh_read $(($2 + size)) <&4 && while read -r size; do cvh_read "$size" <&4; done; } 4<"$1" | cvh_sha256)
  [ "$(stat -c %s "$1")" = "$3" ] || return 74
  [ "$digest" = "$4" ] || { rm -f "$1"; return 65; }
}

# cvh_keep_digest SHA256 PATH: caches a large file's digest, with its size, inode, and times to the nanosecond
cvh_keep_digest() {
  {
    [ ! -e "$CVH_STATE/digests" ] || while read -r line; do
      case $line in *" $2") ;; *) printf '%s\n' "$line" ;; esac
    done <"$CVH_STATE/digests"
    printf '%s %s %s\n' "$1" "$(stat -c '%s %y %z %i' "$2")" "$2"
  } >"$CVH_STATE/digests.part"
  mv -f "$CVH_STATE/digests.part" "$CVH_STATE/digests"
}

# cvh_unit_pid UNIT: pid of the unit's main process, 0 when it is not running
cvh_unit_pid() {
  systemctl show -p MainPID "$1" | sed 's/^MainPID=//'
}

# cvh_within FILE: waits up to 5 s for a file
cvh_within() {
  tries=0
  until [ -s "$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 50 ] || return
    sleep 0.1
  done
}

# cvh_follow NAME: prints the job's log until the job has ended, and returns its exit code; 70 when it never ran
cvh_follow() {
  if cvh_within "$CVH_RUN/$1.pid" && [ ! -e "$CVH_RUN/$1.code" ]; then
    tail -n +1 -s 0.2 --pid="$(cat "$CVH_RUN/$1.pid")" -f "$CVH_RUN/$1.log"
  else
    cat "$CVH_RUN/$1.log"
  fi
  cvh_within "$CVH_RUN/$1.code" || { rm -f "$CVH_RUN/$1.sh"; return 70; }
  return "$(cat "$CVH_RUN/$1.code")"
}

# cvh_end NAME: stops a running job, and returns when it is gone
cvh_end() {
  read -r pid <"$CVH_RUN/$1.pid" || return 0
  if [ -d /run/systemd/system ]; then
    systemctl stop "convecthub-$1.service"
  else
    kill -s TERM -- "-$pid" 2>/dev/null
    tries=0
    while kill -s 0 -- "-$pid" 2>/dev/null; do
      tries=$((tries + 1))
      [ "$tries" -le 300 ] || kill -s KILL -- "-$pid"
      sleep 0.1
    done
  fi
  rm -f "$CVH_RUN/$1.sh"
}

# cvh_job NAME: runs the script on stdin as a job that survives a lost connection (a transient unit where systemd
# runs), and follows it
cvh_job() {
  [ -d "$CVH_RUN" ] || mkdir -m 700 "$CVH_RUN" || return
  cvh_safe "$CVH_RUN" || return
  rm -f "$CVH_RUN/$1.code" "$CVH_RUN/$1.pid"
  cat >"$CVH_RUN/$1.sh" || return
  : >"$CVH_RUN/$1.log"
  # in a file, since systemd-run reads $$ in an argument as $
  # shellcheck disable=SC2016 # the inner sh expands it
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

# cvh_wait SECONDS COMMAND...: repeats the command until it succeeds; its last output is in $cvh_said. Prints that
# output and returns 75 after SECONDS, or 70 as soon as the command exits 70, which means that it will never succeed
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
    # longer pauses during long waits, to keep the load on the host low
    [ "$cvh_asks" -lt 10 ] || cvh_pause=0.7
    sleep "$cvh_pause"
  done
}
