# Host to host: a host that holds files of the bundle (the source) gives them to others, so that the computer on which
# convecthub runs sends each file once. The source runs an sshd of its own for that, its door: on the private network,
# for one key that lasts as long as the run and can do nothing but read the named files. What the host has of its own
# stays as it is. All of the door is in one folder of /run; when that folder or the run is gone, the door closes itself.

# cvh_door ADDRESS PUBLIC_KEY: opens the door unless this run has done so. Prints `door PORT HOST_KEY`, or `no door`
# and why; it never fails
cvh_door() {
  door=$CVH_RUN/relay
  read -r _ owner <"$CVH_RUN.lock"
  if [ -s "$door/door" ] && [ "$(cat "$door/owner")" = "$owner" ] && kill -0 "$(cat "$door/guard.pid")"; then
    cat "$door/door"
    return
  fi
  cvh_close_door
  if why=$(cvh_open_door "$@" 2>&1 >/dev/null) && cvh_within "$door/door"; then
    cat "$door/door"
  else
    printf 'no door %s\n' "$(printf '%s' "${why:-its sshd did not start}" | tr '\n' ' ' | cut -c 1-300)"
    cvh_close_door
  fi
}

# cvh_open_door ADDRESS PUBLIC_KEY: starts the door; its file `door` shows that it is open
cvh_open_door() {
  [ -x /usr/sbin/sshd ] || { echo 'there is no /usr/sbin/sshd' >&2; return 69; }
  [ -d "$CVH_RUN" ] || mkdir -m 700 "$CVH_RUN" || return
  cvh_safe "$CVH_RUN" >&2 || return
  mkdir -m 700 "$door" && printf '%s\n' "$owner" >"$door/owner" || return
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$door/host_key" </dev/null || return
  : >"$door/files"
  printf '%s:*:::::::\n' "$(id -un)" >"$door/shadow"
  printf 'restrict,command="sh %s/serve %s" %s\n' "$door" "$door" "$2" >"$door/authorized_keys"
  cat >"$door/sshd_config" <<END
Port 22
ListenAddress $1
HostKey $door/host_key
PidFile $door/sshd.pid
AuthorizedKeysFile $door/authorized_keys
AllowUsers $(id -un)
AuthenticationMethods publickey
PermitRootLogin forced-commands-only
StrictModes no
UsePAM no
UseDNS no
AllowTcpForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTTY no
PermitUserRC no
MaxAuthTries 2
MaxSessions 1
LoginGraceTime 15
ClientAliveInterval 10
ClientAliveCountMax 3
END
  /usr/sbin/sshd -t -f "$door/sshd_config" || return
  cat >"$door/serve" <<'END'
# serve FOLDER: prints a file from an offset on; the client asks for `SHA256 OFFSET`
set -f
# shellcheck disable=SC2086 # two words
set -- "$1" $SSH_ORIGINAL_COMMAND
case $2 in '' | *[!0-9a-f]*) exit 64 ;; esac
case $3 in '' | *[!0-9]*) exit 64 ;; esac
while read -r digest path; do
  if [ "$digest" = "$2" ] && [ -f "$path" ]; then exec tail -c "+$(($3 + 1))" -- "$path"; fi
done <"$1/files"
echo 'the file is not there any more' >&2
exit 66
END
  cat >"$door/guard" <<'END'
# guard FOLDER LOCK: runs the sshd of the door until its folder is gone, or the run that opened it: until nobody has held
# the lock of the host for 30 s, or somebody else does
door=$1 lock=$2 sshd='' away=0 left=14400 tries=0
cd /
# sshd refuses locked accounts, as root's is on Ubuntu; and it need not see anybody's password
mount --bind "$door/shadow" /etc/shadow 2>/dev/null
read -r owner <"$door/owner"
echo "$$" >"$door/guard.pid"
# with 0, so that systemd does not keep a failed unit
trap 'exit 0' HUP INT TERM
trap '[ -z "$sshd" ] || kill "$sshd"; rm -rf -- "$door"' EXIT
until [ -s "$door/sshd.pid" ]; do
  [ "$tries" -lt 10 ] || exit 0
  tries=$((tries + 1)) waits=0
  # below the ports that Linux and Kubernetes give out
  port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 10000))
  sed -i "s/^Port .*/Port $port/" "$door/sshd_config"
  /usr/sbin/sshd -D -f "$door/sshd_config" &
  sshd=$!
  until [ -s "$door/sshd.pid" ] || ! kill -0 "$sshd" || [ "$waits" -ge 50 ]; do
    waits=$((waits + 1))
    sleep 0.05
  done
done 2>/dev/null
read -r type key _ <"$door/host_key.pub"
echo "door $port $type $key" >"$door/door.part"
mv "$door/door.part" "$door/door"
while [ -e "$door/owner" ] && kill -0 "$sshd" && [ "$away" -lt 30 ] && [ "$left" -gt 0 ]; do
  # a shell waits for a program before it ends, but not for one in the background
  sleep 1 &
  wait "$!"
  left=$((left - 1)) away=$((away + 1))
  read -r holder who <"$lock" || continue
  if [ "$who" != "$owner" ]; then break; fi
  [ ! -d "/proc/$holder" ] || away=0
done 2>/dev/null
exit 0
END
  if [ -d /run/systemd/system ]; then
    echo "convecthub-relay-$$.service" >"$door/unit"
    systemd-run --quiet --unit="convecthub-relay-$$" nice -n 10 unshare -m sh "$door/guard" "$door" "$CVH_RUN.lock"
  else
    setsid nice -n 10 unshare -m sh "$door/guard" "$door" "$CVH_RUN.lock" </dev/null >/dev/null 2>&1 &
  fi
}

# cvh_close_door: closes the door, whichever run opened it, and removes all of it
cvh_close_door() {
  rm -rf -- "$CVH_RUN/fetch"
  [ -d "$CVH_RUN/relay" ] || return 0
  tries=0
  if [ -d /run/systemd/system ] && read -r unit <"$CVH_RUN/relay/unit"; then
    # it may have closed itself a moment ago, and then systemd knows no such unit
    systemctl stop --no-block "$unit" || :
  elif read -r guard <"$CVH_RUN/relay/guard.pid"; then
    kill "$guard" || :
  else
    tries=50
  fi 2>/dev/null
  # the guard removes the folder when it has ended sshd; the kernel may take seconds more to end the guard's mounts
  while [ -d "$CVH_RUN/relay" ] && [ "$tries" -lt 50 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  rm -rf -- "$CVH_RUN/relay"
}

# cvh_offer SHA256 PATH...: lets others read the file, which is at one of the paths, through the door
cvh_offer() {
  offered=$1
  shift
  [ ! -e "$CVH_RUN/relay/files" ] || for path in "$@"; do printf '%s %s\n' "$offered" "$path"; done >>"$CVH_RUN/relay/files"
}

# cvh_append PART HAVE BYTES: appends stdin to PART up to BYTES, and prints the size of each block; `at BYTES` goes to
# descriptor 6. Gives up when a block of 8 MiB takes over 10 s
cvh_append() {
  at_byte=$2
  while [ "$at_byte" -lt "$3" ]; do
    rest=$(($3 - at_byte)) block=65536
    [ "$rest" -le 8388608 ] || rest=8388608
    [ "$rest" -ge "$block" ] || block=$rest
    timeout --foreground 10 dd bs="$block" count=$((rest / block)) iflag=fullblock 2>/dev/null >>"$1"
    size=$(($(stat -c %s "$1") - at_byte))
    [ "$size" -gt 0 ] || return
    at_byte=$((at_byte + size))
    printf '%s\n' "$size"
    printf 'at %s\n' "$at_byte" >&6
    [ "$size" = $((rest / block * block)) ] || return
  done
}

# cvh_fetch PART HAVE BYTES SHA256 SECONDS ADDRESS PORT HOST_KEY PRIVATE_KEY: appends the rest of a file to PART, which
# has HAVE bytes of it, from another host's door. Prints `at BYTES` while it goes on. Returns what cvh_receive does, after
# what the other host's sshd says
cvh_fetch() (
  at=$CVH_RUN/fetch
  # in a subshell, as the session counts on its own trap
  trap 'rm -rf -- "$at"' EXIT
  trap 'exit 143' HUP INT TERM
  command -v ssh >/dev/null || { echo 'there is no ssh'; exit 69; }
  [ -d "$CVH_RUN" ] || mkdir -m 700 "$CVH_RUN" || exit
  cvh_safe "$CVH_RUN" || exit
  rm -rf -- "$at"
  mkdir -m 700 "$at" || exit
  (umask 077 && printf '%s\n' "$9" >"$at/key") || exit
  printf 'door %s\n' "$8" >"$at/known_hosts"
  cat >"$at/config" <<END
HostName $6
Port $7
User $(id -un)
HostKeyAlias door
UserKnownHostsFile $at/known_hosts
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
HostKeyAlgorithms ssh-ed25519
IdentityFile $at/key
IdentitiesOnly yes
PreferredAuthentications publickey
BatchMode yes
ConnectTimeout 5
ServerAliveInterval 5
ServerAliveCountMax 3
Ciphers aes128-gcm@openssh.com,aes128-ctr,chacha20-poly1305@openssh.com
LogLevel ERROR
END
  [ "$2" != 0 ] || : >"$1"
  unset SSH_AUTH_SOCK
  exec 6>&1
  # a source that sends without end, or never ends, is cut off: after this many bytes, or after SECONDS
  {
    {
      # shellcheck disable=SC2016 # the inner sh expands it
      sh -c 'echo "$$" >"$0/pid"; exec timeout --foreground "$@"' "$at" "$5" \
        ssh -F "$at/config" door "$4 $2" </dev/null 2>&1 >&5 5>&- 6>&- | head -c 1000 >"$at/said"
    } 5>&1 | {
      cvh_append "$1" "$2" "$3"
      kill "$(cat "$at/pid")" 2>/dev/null
    }
  } | cvh_receive "$1" "$2" "$3" "$4"
  code=$?
  [ "$code" = 0 ] || tail -n 3 "$at/said"
  exit "$code"
)
