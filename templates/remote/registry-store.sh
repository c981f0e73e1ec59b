# The storage of the image registry, laid out as the program of the CNCF keeps it (distribution, registry/storage,
# paths.go). It needs nothing of library.sh, since unpacking runs as a job.
registry=/var/lib/convecthub-registry
store=$registry/docker/registry/v2

# blob HEX: prints the path of a blob
blob() {
  printf '%s/blobs/sha256/%.2s/%s/data' "$store" "$1" "$1"
}

# unpack ARCHIVE BYTES SHA256 COMMAND...: puts the blobs of an image archive, which COMMAND decompresses, into the
# storage, then notes which they are
unpack() {
  archive=$1 bytes=$2 list=$registry/archives/$3
  shift 3
  staging=$registry/staging
  rm -rf -- "$staging" && mkdir -p -- "$staging" "$registry/archives" || return
  free=$(($(stat -f -c '%a * %S' "$registry")))
  if [ "$free" -lt "$bytes" ]; then
    printf 'No space left on device: %s bytes are wanted in %s, and %s are free\n' "$bytes" "$registry" "$free"
    return 66
  fi
  "$@" <"$archive" | tar -C "$staging" --no-same-owner -xf - blobs/sha256 || return
  chmod -R u=rwX,go=rX "$staging" || return
  for path in "$staging"/blobs/sha256/*; do
    hex=${path##*/}
    case $hex in *[!0-9a-f]*) continue ;; esac
    if [ -h "$path" ] || [ ! -f "$path" ]; then continue; fi
    to=$(blob "$hex")
    mkdir -p -- "${to%/*}" && mv -f -- "$path" "$to" || return
    printf '%s\n' "$hex"
  done >"$list.part" || return
  # the note must not be on the disk before the blobs are
  sync
  rm -rf -- "$staging" && mv -f -- "$list.part" "$list" || return
  case $archive in "$registry"/incoming/*) rm -f -- "$archive" ;; esac
}

# link FOLDER HEX: makes a folder that points to a blob
link() {
  mkdir -p -- "$1" && printf 'sha256:%s' "$2" >"$1/link"
}

# revision NAME HEX: lets the repository NAME serve a manifest and those of its blobs that are there
revision() {
  manifest=$(blob "$2")
  if [ ! -s "$manifest" ]; then
    printf 'no archive holds the manifest sha256:%s of %s\n' "$2" "$1"
    return 65
  fi
  link "$next/$1/_manifests/revisions/sha256/$2" "$2" || return
  grep -o 'sha256:[0-9a-f]\{64\}' "$manifest" | sort -u | cut -c 8- | while read -r part; do
    [ ! -s "$(blob "$part")" ] || link "$next/$1/_layers/sha256/$part" "$part" || exit
  done
}

# index NAME ARCHITECTURE=HEX,…: serves these manifests, and writes an index of them to $hex
index() {
  entries=''
  for entry in $(printf '%s' "$2" | tr , ' '); do
    hex=${entry#*=}
    revision "$1" "$hex" || return
    type=application/vnd.oci.image.manifest.v1+json
    ! grep -qF docker.distribution.manifest.v2+json "$manifest" || type=application/vnd.docker.distribution.manifest.v2+json
    case ${entry%%=*} in
    armhf) platform='"architecture":"arm","variant":"v7"' ;;
    *) platform="\"architecture\":\"${entry%%=*}\"" ;;
    esac
    entries="$entries${entries:+,}{\"mediaType\":\"$type\",\"digest\":\"sha256:$hex\",\"size\":$(stat -c %s "$manifest"),\"platform\":{$platform,\"os\":\"linux\"}}"
  done
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' "$entries" >"$registry/index" || return
  hex=$(sha256sum <"$registry/index" | cut -c 1-64)
  to=$(blob "$hex")
  mkdir -p -- "${to%/*}" && mv -f -- "$registry/index" "$to" && printf '%s\n' "$hex" >>"$registry/indexes" &&
    revision "$1" "$hex"
}

# serve SHA256...: serves the images that the file content.part lists, a line an image: NAME TAG HEX, or instead of HEX
# ARCHITECTURE=HEX,…; the tag - is for an image without one, ? for a manifest that need not be there. Then removes what
# is in none of the archives with these digests.
serve() {
  next=$store/repositories.next
  rm -rf -- "$next" "$registry/content" && mkdir -p -- "$next" "$store/repositories" "$store/blobs/sha256" &&
    : >"$registry/indexes" || return
  while read -r name tag hex; do
    case $tag$hex in
    *,*) index "$name" "$hex" ;;
    '?'*) [ ! -s "$(blob "$hex")" ] || revision "$name" "$hex" ;;
    *) revision "$name" "$hex" ;;
    esac || return
    case $tag in '?' | -) continue ;; esac
    at=$next/$name/_manifests/tags/$tag
    link "$at/current" "$hex" && link "$at/index/sha256/$hex" "$hex" || return
  done <"$registry/content.part"
  rm -rf -- "$next.old" && mv -- "$store/repositories" "$next.old" && mv -- "$next" "$store/repositories" &&
    rm -rf -- "$next.old" || return
  for list in "$registry"/archives/*; do
    case " $* " in *" ${list##*/} "*) ;; *) rm -f -- "$list" || return ;; esac
  done
  cat "$registry/indexes" "$registry"/archives/* 2>/dev/null | sort -u >"$registry/kept"
  (cd "$store/blobs/sha256" && printf '%s\n' ??/*) | cut -c 4- | grep -vxF -f "$registry/kept" | while read -r hex; do
    to=$(blob "$hex")
    rm -rf -- "${to%/*}"
  done
  rm -rf -- "$registry/kept" "$registry/incoming" && mv -f -- "$registry/content.part" "$registry/content"
}
