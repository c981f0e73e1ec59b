# openpgp_binary FILE: prints the file's first armoured block in binary, which every apt accepts (RFC 4880, 6.2); a
# binary file is printed unchanged
openpgp_binary() {
  if [ "$(head -c 5 "$1")" = ----- ]; then
    sed -e '/^-----END/q' "$1" | sed -e '1,/^[[:space:]]*$/d' -e '/^[=-]/d' | base64 -di
  else
    cat "$1"
  fi
}

# openpgp_keys FILE: prints the fingerprint of each key in a binary keyring on a line of its own (RFC 4880, 4.2 and
# 12.2, version 4), and a line with ? for anything that it cannot read
openpgp_keys() (
  file=$1 at=0
  size=$(stat -c %s "$file") || exit
  while [ "$at" -lt "$size" ]; do
    # shellcheck disable=SC2046 # numbers: the packet's first bytes
    set -- $(od -An -v -tu1 -j "$at" -N 6 "$file") 0 0 0 0 0
    if [ $(($1 & 192)) = 192 ]; then
      tag=$(($1 & 63))
      if [ "$2" -lt 192 ]; then
        head=2 length=$2
      elif [ "$2" -lt 224 ]; then
        head=3 length=$((($2 - 192) * 256 + $3 + 192))
      elif [ "$2" = 255 ]; then
        head=6 length=$(($3 << 24 | $4 << 16 | $5 << 8 | $6))
      else
        tag=none
      fi
    else
      tag=$(($1 >> 2 & 15))
      case $(($1 & 131)) in
      128) head=2 length=$2 ;;
      129) head=3 length=$(($2 << 8 | $3)) ;;
      130) head=5 length=$(($2 << 24 | $3 << 16 | $4 << 8 | $5)) ;;
      *) tag=none ;;
      esac
    fi
    # only keys, subkeys, user IDs, signatures and the like; other packets could contain anything
    case $tag in 2 | 6 | 12 | 13 | 14 | 17) ;; *) echo '?'; exit ;; esac
    body=$((at + head))
    at=$((body + length))
    [ "$tag" = 6 ] || continue
    [ "$(od -An -v -tu1 -j "$body" -N 1 "$file" | tr -d ' ')" = 4 ] || { echo '?'; continue; }
    {
      # shellcheck disable=SC2059 # bytes
      printf "\\231\\$(printf %o $((length / 256)))\\$(printf %o $((length % 256)))"
      tail -c +$((body + 1)) "$file" | head -c "$length"
    } | sha1sum | cut -c 1-40 | tr a-f A-F
  done
)
