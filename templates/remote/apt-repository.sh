# Runs after apt.sh: unpacks the bundle's apt repository and lets apt read it, alone and with lists of its own, so that
# the host's sources and lists are not touched. $1: the archive, $2: its sha256. Fails when the packages in the other
# arguments cannot all be installed, before any of them is.
archive=$1 digest=$2 repo=/var/lib/convecthub/packages
shift 2
rm -rf -- "$repo"
cvh_folder "$repo"
tar -xf "$archive" -C "$repo" --no-same-owner
mkdir -p "$repo/lists/partial"
printf 'deb [signed-by=%s/key.gpg] file:%s ./\n' "$repo" "$repo" >"$repo/sources.list"
# root reads the files itself, since the folder is closed to the user of apt
printf '%s\n' "Dir::Etc::sourcelist \"$repo/sources.list\";" 'Dir::Etc::sourceparts "/dev/null";' \
  "Dir::State::lists \"$repo/lists\";" 'Dir::Cache::pkgcache "";' 'Dir::Cache::srcpkgcache "";' \
  'Acquire::Languages "none";' 'APT::Sandbox::User "root";' >"$repo/apt.conf"
APT_CONFIG=$repo/apt.conf
export APT_CONFIG
said=$(apt-get -q update 2>&1) || {
  printf '%s\n' 'apt cannot read the packages of the bundle:' "$said"
  exit 100
}
chosen=$(choose "$@")
# what an interrupted job of ours left is repaired when packages are installed
if [ -n "$chosen" ] && [ -z "$(dpkg --audit)" ]; then
  # shellcheck disable=SC2086 # the names are words
  said=$(apt-get -s -q install --no-install-recommends $chosen 2>&1) || {
    printf 'the packages of the bundle do not fit this host:\n%s\n' "$(printf '%s\n' "$said" | grep -e '^E:' -e '^ ')"
    exit 100
  }
fi
printf '%s\n' "$digest" >"$repo/sha256"
rm -f -- "$archive"
cvh_forget file "$archive"
cvh_forget file "${archive%/*}/.${archive##*/}.part"
